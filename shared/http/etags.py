"""Entity tags: a client changes what it has seen, and fetches again only what has changed (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Protocol

from fastapi import Depends, Header, Request
from starlette.responses import Response

from shared.errors import Refusal, StaleWrite

_VERSION = re.compile(r'"(\d{1,15})"')


class PreconditionRequired(Refusal):
    slug, status, title = "precondition-required", 428, "Say which version you are changing"


class Versioned(Protocol):
    """What an entity tag can be made for."""

    @property
    def version(self) -> int:
        """Grows with every change."""


def etag_of(aggregate: Versioned) -> str:
    """The strong entity tag of an aggregate: its version."""
    return f'"{aggregate.version}"'


def etag_of_bytes(content: bytes) -> str:
    """The strong entity tag of an answer that is the same as long as its bytes are."""
    return f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


async def if_match(value: Annotated[str | None, Header(alias="If-Match")] = None) -> int:
    """The version that the client has seen. 428 if it does not say, 412 if no version was ever called so."""
    if value is None or value.strip() == "*":
        raise PreconditionRequired("Send If-Match with the ETag of the version you have seen.")
    found = _VERSION.fullmatch(value.strip())
    if found is None:
        raise StaleWrite("If-Match must be one ETag as it was given, quotes included.")
    return int(found[1])


IfMatch = Annotated[int, Depends(if_match)]


def check_version(aggregate: Versioned, expected: int) -> None:
    """Raise :class:`~shared.errors.StaleWrite` unless the aggregate is still at the expected version."""
    if aggregate.version != expected:
        raise StaleWrite(
            "Load it again, and repeat your change on what you then see.", headers={"ETag": etag_of(aggregate)}
        )


def not_modified(request: Request, etag: str, headers: dict[str, str] | None = None) -> Response | None:
    """The 304 that is enough for a client who has this version already; otherwise None.

    Compared weakly (section 13.1.2): a compressing gateway turns strong tags into weak ones. ``headers`` are those a
    200 would have had, such as ``Cache-Control`` or ``Vary``.
    """
    known = request.headers.get("if-none-match")
    if known is None:
        return None
    opaque = etag.removeprefix("W/")
    if known.strip() == "*" or opaque in [tag.strip().removeprefix("W/") for tag in known.split(",")]:
        return Response(status_code=304, headers={**(headers or {}), "ETag": etag})
    return None
