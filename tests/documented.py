"""Holds every answer to its OpenAPI document: no status, and no kind of problem, that a client was not told of."""

from __future__ import annotations

import re
from typing import Any

import httpx2

from shared.http.refusals import is_documented


class Documented:
    """Looks at the answers of one API, or of all behind the gateway."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        # Fixed words before parameters: /v1/suggestions/managers is not the suggestion called so.
        paths = sorted(document["paths"], key=lambda path: (path.count("{"), path))
        self._paths = [(re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path.replace(".", r"\."))), path) for path in paths]

    async def check(self, answer: httpx2.Response) -> None:
        """Fail with what to do about it. What is asked of no documented operation is nobody's promise."""
        method = answer.request.method.replace("HEAD", "GET")
        asked = answer.request.url.path
        path = next((path for pattern, path in self._paths if pattern.fullmatch(asked)), None)
        if path is None or method.lower() not in self._document["paths"][path]:
            return
        await answer.aread()
        problem = answer.headers.get("content-type", "").startswith("application/problem+json")
        slug = str(answer.json()["type"]).rpartition("/")[2] if problem and answer.content else None
        assert is_documented(self._document, method, path, answer.status_code, slug), (
            f"{method} {path} answered {answer.status_code} {slug or ''}: if it should, say so in api/refusals.py "
            "of the service, or in `responses` of the route"
        )
