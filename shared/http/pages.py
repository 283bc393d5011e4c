"""Pages: a list is read from where the last page ended, by a cursor that only we can write."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

import bson
from bson.codec_options import CodecOptions
from fastapi import Depends, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from shared.errors import Refusal

T = TypeVar("T")

MAC_BYTES = 16
DEFAULT_LIMIT, MAX_LIMIT = 20, 100
_AWARE: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True)


class CursorInvalid(Refusal):
    slug, status, title = "cursor-invalid", 400, "This is no cursor that we gave for this list"


class Page(BaseModel, Generic[T]):
    """One page of a list. ``next`` is the cursor of the page after it, null on the last."""

    items: list[T]
    next: str | None = None


Position = Sequence[Any]
"""Where a page ended: the values it was sorted by, as MongoDB keeps them (text, numbers, instants)."""


def seal(position: Position, scope: str, key: bytes) -> str:
    """The cursor for ``position`` in the list named by ``scope``."""
    content = bson.encode({"p": list(position)})
    return _text(content + _mac(content, scope, key))


def unseal(cursor: str, scope: str, key: bytes) -> list[Any]:
    """The position in a cursor; raises :class:`CursorInvalid` for any that was not sealed for this list."""
    try:
        raw = urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
    except ValueError:
        raise CursorInvalid from None
    content, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(content, scope, key)) or _text(raw) != cursor:
        raise CursorInvalid
    position: list[Any] = bson.decode(content, codec_options=_AWARE)["p"]
    return position


def _mac(content: bytes, scope: str, key: bytes) -> bytes:
    return hmac.new(key, scope.encode() + b"\x00" + content, hashlib.sha256).digest()[:MAC_BYTES]


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Cursoring:
    """Which page is asked for, and the means to name the next.

    Used like this::

    async def list_comments(paging: Paging, ...) -> Page[Comment]:
        found = await store.comments(after=paging.after, limit=paging.limit + 1)
        ...
        return paging.page(items, (last.created_at, last.id) if more else None)
    """

    limit: int
    after: list[Any] | None
    """The position after which the page begins; None at the beginning."""
    _request: Request
    _response: Response
    _scope: str
    _key: bytes

    @property
    def name(self) -> tuple[Any, ...]:
        """What tells this page from every other, for keeping it: the list with its filters, the size, the position."""
        return self._scope, self.limit, None if self.after is None else tuple(self.after)

    def page(self, items: Sequence[T], position: Position | None) -> Page[T]:
        """The page, and its ``Link`` header. ``position`` is where it ended, None if it is the last."""
        if position is None:
            return Page(items=list(items))
        self._response.headers.update(self.headers(position))
        return Page(items=list(items), next=self.cursor(position))

    def cursor(self, position: Position) -> str:
        """The cursor of the page after ``position``."""
        return seal(position, self._scope, self._key)

    def headers(self, position: Position | None) -> dict[str, str]:
        """The ``Link`` header to the next page (RFC 8288), for answers that are made as bytes."""
        if position is None:
            return {}
        query = [(name, value) for name, value in self._request.query_params.multi_items() if name != "cursor"]
        target = f"{self._request.url.path}?{urlencode([*query, ('cursor', self.cursor(position))])}"
        return {"Link": f'<{target}>; rel="next"'}


async def cursoring(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Most items on the page.")] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=1024, description="The page's beginning, from `next`.")] = None,
) -> Cursoring:
    """What the query asks for. A cursor belongs to the path and the filters it was given for."""
    key = request.app.state.resources.settings.derived_key("cursors")
    filters = sorted((n, v) for n, v in request.query_params.multi_items() if n not in {"cursor", "limit"})
    scope = f"{request.url.path}?{urlencode(filters)}"
    after = unseal(cursor, scope, key) if cursor is not None else None
    return Cursoring(limit, after, request, response, scope, key)


Paging = Annotated[Cursoring, Depends(cursoring)]
