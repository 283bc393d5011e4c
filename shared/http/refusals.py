"""Which refusals an operation may answer with, as its OpenAPI document tells them.

What every operation has in common follows from what it takes: a body, a path, a role, an ``If-Match``. What is its own
stands in the service's table (``api/refusals.py``), by operation id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias

from fastapi.routing import APIRoute

from shared.errors import Forbidden, NotSignedIn, Refusal, StaleWrite, TokenInvalid
from shared.http.etags import PreconditionRequired
from shared.http.idempotency import IdempotencyKeyInvalid, IdempotencyKeyReused, RequestInProgress
from shared.http.identity import needs_role
from shared.http.pages import CursorInvalid
from shared.http.problems import (
    MEDIA_TYPE,
    BadRequest,
    BodyTooLarge,
    JsonTooDeep,
    MalformedJson,
    NotAcceptable,
    NumberOutOfRange,
    ValidationFailed,
    WrongMediaType,
)

Refusals: TypeAlias = Mapping[str, Sequence[type[Refusal]]]
"""By operation id."""

Document: TypeAlias = dict[str, Any]
CONTENT: Document = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}

ANY = (BadRequest, NotAcceptable, NotSignedIn, TokenInvalid)
"""Even what asks for no token refuses a bad one."""
BODY = (MalformedJson, JsonTooDeep, NumberOutOfRange, BodyTooLarge, WrongMediaType)

BY_ANYBODY: Document = {
    "429": {"description": "Too many requests. `Retry-After` says when to come again.", "content": CONTENT},
    "5XX": {
        "description": "A part of the platform is away (`502`, `503`, `504`), or something went wrong there (`500`).",
        "content": CONTENT,
    },
    "default": {"description": "A refusal", "content": CONTENT},
}
"""What the gateway answers for everybody."""

COMPONENTS = {"429": "TooManyRequests", "5XX": "Unavailable", "default": "Refusal"}


def components() -> Document:
    """What all operations refer to."""
    return {name: BY_ANYBODY[status] for status, name in COMPONENTS.items()}


def responses(method: str, operation: Document, route: APIRoute | None, own: Sequence[type[Refusal]]) -> Document:
    """The refusals of an operation, by status."""
    found: dict[str, dict[str, str]] = {}
    for kind in (*_general(method, operation, route), *own):
        found.setdefault(str(kind.status), {})[kind.slug] = kind.title
    if "429" in found:
        found["429"]["too-many-requests"] = "Too many requests came from this address"
    if any(parameter["in"] == "path" for parameter in operation.get("parameters", ())):
        found.setdefault("404", {})["not-found"] = "There is nothing here"
    told = {status: _response(slugs) for status, slugs in sorted(found.items())}
    common = {status: {"$ref": f"#/components/responses/{name}"} for status, name in COMPONENTS.items()}
    return common | told


def _general(method: str, operation: Document, route: APIRoute | None) -> Iterator[type[Refusal]]:
    yield from ANY
    if route is not None and needs_role(route.dependant):
        yield Forbidden
    if method != "get":
        yield from BODY  # Refused before anybody asks whether one is taken here.
    parameters = operation.get("parameters", ())
    if parameters or "requestBody" in operation:
        yield ValidationFailed
    names = {parameter["name"] for parameter in parameters}
    if "Idempotency-Key" in names:
        yield from (IdempotencyKeyInvalid, IdempotencyKeyReused, RequestInProgress)
    if "If-Match" in names:
        yield from (StaleWrite, PreconditionRequired)
    if "cursor" in names:
        yield CursorInvalid


def _response(slugs: Mapping[str, str]) -> Document:
    words = "; ".join(f"`{slug}`: {title}" for slug, title in sorted(slugs.items()))
    return {"description": f"{words}.", "content": CONTENT, "x-problems": sorted(slugs)}


def api_routes(routes: Iterable[Any]) -> Iterator[APIRoute]:
    """Every route, those of included routers among them."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from api_routes(included.routes)
        elif isinstance(route, APIRoute):
            yield route


def is_documented(document: Document, method: str, path: str, status: int, slug: str | None) -> bool:
    """Whether the document says that an operation may answer so. ``slug`` is None for what is no problem document."""
    known: Document = document["paths"][path][method.lower()]["responses"]
    told = known.get(str(status))
    if told is None:
        return status >= HTTPStatus.INTERNAL_SERVER_ERROR and slug is not None
    return slug is None or "$ref" in told or slug in told.get("x-problems", ())
