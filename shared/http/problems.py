"""Every refusal as an RFC 9457 problem document, rendered here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import Refusal
from shared.faults import is_infrastructure

log = structlog.get_logger(__name__)

TYPE_PREFIX = "https://plenary.example/problems/"
"""Begins every problem's ``type``; the slug follows. Each slug has a paragraph in docs/problems.md."""

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 20
MAX_POINTER = 200


class BadRequest(Refusal):
    slug, status, title = "bad-request", 400, "The request cannot be read"


class MalformedJson(Refusal):
    slug, status, title = "malformed-json", 400, "The body is not JSON"


class JsonTooDeep(Refusal):
    slug, status, title = "json-too-deep", 400, "The body is nested too deeply"


class NotAcceptable(Refusal):
    slug, status, title = "not-acceptable", 406, "There is no such representation"


class BodyTooLarge(Refusal):
    slug, status, title = "body-too-large", 413, "The body is too large"


class WrongMediaType(Refusal):
    slug, status, title = "unsupported-media-type", 415, "The body is of a kind that is not taken here"


class NumberOutOfRange(Refusal):
    slug, status, title = "number-out-of-range", 422, "A number is too large"


class ValidationFailed(Refusal):
    slug, status, title = "validation-failed", 422, "Some of what was sent is not right"


class StoreUnavailable(Refusal):
    slug, status, title = "store-unavailable", 503, "The database cannot be reached at the moment"


class InternalError(Refusal):
    slug, status, title = "internal-error", 500, "Something went wrong on our side"


# What the framework itself refuses, by status.
_SLUGS = {
    400: ("bad-request", "The request cannot be read"),
    404: ("not-found", "There is nothing here"),
    405: ("method-not-allowed", "This cannot be done here"),
}


def problem(refusal: Refusal, request_id: str | None = None) -> Response:
    """The answer that tells of ``refusal``."""
    return _document(
        refusal.slug, refusal.status, refusal.title, refusal.detail, refusal.headers, refusal.extensions, request_id
    )


def _document(
    slug: str,
    status: int,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None,
    extensions: Mapping[str, Any],
    request_id: str | None,
) -> Response:
    content: dict[str, Any] = {"type": TYPE_PREFIX + slug, "title": title, "status": status}
    if detail:
        content["detail"] = detail
    if request_id:
        content["request_id"] = request_id
    content |= {name: value for name, value in extensions.items() if name not in content}
    headers = {"Cache-Control": "no-store", **(headers or {})}
    if status == HTTPStatus.UNAUTHORIZED:
        headers.setdefault("WWW-Authenticate", "Bearer")
    body = orjson.dumps(content, default=str, option=orjson.OPT_UTC_Z)
    return Response(body, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def request_id_of(request: Request) -> str | None:
    """The id under which this request is logged."""
    return request.scope.get("plenary.request_id")


async def on_refusal(request: Request, refusal: Exception) -> Response:
    """Render one of our own refusals."""
    assert isinstance(refusal, Refusal)  # noqa: S101 - registered for nothing else
    return problem(refusal, request_id_of(request))


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Render what the framework refuses: no such path, no such method, an unreadable body."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    slug, title = _SLUGS.get(error.status_code, ("bad-request", HTTPStatus(error.status_code).phrase))
    return _document(slug, error.status_code, title, "", error.headers, {}, request_id_of(request))


async def on_invalid_request(request: Request, error: Exception) -> Response:
    """Render what validation found, each finding with a JSON Pointer (RFC 6901) or a parameter's name."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    findings = error.errors()
    if any(finding["type"] == "json_invalid" for finding in findings):
        return problem(MalformedJson(), request_id_of(request))
    errors = [finding_of(finding, error.body) for finding in findings[:MAX_ERRORS]]
    refusal = ValidationFailed("Each entry of errors names a place and what is wrong there.", errors=errors)
    return problem(refusal, request_id_of(request))


def finding_of(finding: Mapping[str, Any], body: Any) -> dict[str, str]:
    """Where and what, without the value that was sent."""
    origin, *path = finding["loc"]
    detail = str(finding["msg"]).removeprefix("Value error, ")
    if origin == "body":
        return {"detail": detail, "pointer": json_pointer(path, body)}
    return {"detail": detail, "parameter": str(path[0])[:MAX_POINTER] if path else "", "in": str(origin)}


def json_pointer(path: Sequence[Any], body: Any) -> str:
    """The JSON Pointer, as a URI fragment, to where pydantic's ``path`` leads in ``body``.

    Pydantic also names the branch of a union it tried; such a step leads nowhere in the body and is left out.
    """
    pointer = "#"
    here = body
    for number, step in enumerate(path):
        last = number == len(path) - 1
        inside = isinstance(here, dict) and step in here
        inside = inside or (isinstance(here, list) and isinstance(step, int) and step < len(here))
        if not inside and not last:
            continue
        if inside or isinstance(here, dict):
            pointer += "/" + str(step).replace("~", "~0").replace("/", "~1")
        here = here[step] if inside else None
    return pointer[:MAX_POINTER]


def problem_for_crash(error: Exception, request_id: str | None, **about: Any) -> Response:
    """The answer to what nobody foresaw, logged whole and told without any of it."""
    if is_infrastructure(error):
        log.warning("http.store-unavailable", error=type(error).__name__, **about)
        detail = "Nothing is known to be lost; try again shortly, with the same Idempotency-Key if you sent one."
        return problem(StoreUnavailable(detail, headers={"Retry-After": "2"}), request_id)
    log.error("http.crashed", exc_info=error, **about)
    return problem(InternalError("It was logged under this request_id."), request_id)
