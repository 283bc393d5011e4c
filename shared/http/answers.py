"""Answers made as bytes: what many ask for is serialised once, and sent as often as it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from starlette.requests import Request
from starlette.responses import Response

from shared.http.etags import not_modified


class JsonBytes(Response):
    """A JSON answer whose body is given as bytes, or made from a model without a detour."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The body."""
        return json_bytes(content)


def json_bytes(content: Any) -> bytes:
    """JSON of bytes that already are, of a model, or of anything orjson or pydantic can write."""
    if isinstance(content, bytes):
        return content
    if isinstance(content, BaseModel):
        return content.__pydantic_serializer__.to_json(content)
    return orjson.dumps(content, default=to_jsonable_python, option=orjson.OPT_UTC_Z)


def fresh(request: Request, content: Any, etag: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer with its entity tag, or a 304 for a client who has it already."""
    headers = dict(headers or {})
    return not_modified(request, etag, headers) or JsonBytes(content, headers={**headers, "ETag": etag})
