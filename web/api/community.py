"""Comments and suggestions."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pydantic import TypeAdapter

from web.api.questions import Questions
from web.api.shapes import Comment, Manager, Page

_MANAGERS = TypeAdapter(list[Manager])


class Community(Questions):
    """Asks community."""

    async def comments(self, article_id: str, **query: Any) -> Page[Comment]:
        """The discussion of an article: ``order``, ``limit``, ``cursor``."""
        return await self.get(Page[Comment], "/v1/comments", article=article_id, **query)

    async def comment(self, article_id: str, body: str, *, parent_id: str | None, key: str) -> Comment:
        """Write a comment; the same ``key`` again is the same comment."""
        answer = await self.ask(
            "POST",
            "/v1/comments",
            body={"article_id": article_id, "body": body, "parent_id": parent_id},
            headers={"idempotency-key": key},
        )
        return Comment.model_validate_json(answer.content)

    async def helpful(self, comment_id: str, *, helpful: bool) -> Comment:
        """Say that a comment helped, or no longer."""
        answer = await self.ask("PUT" if helpful else "DELETE", f"/v1/comments/{quote(comment_id, safe='')}/helpful")
        return Comment.model_validate_json(answer.content)

    async def managers(self) -> list[Manager]:
        """Who looks after suggestions."""
        return _MANAGERS.validate_json((await self.ask("GET", "/v1/suggestions/managers")).content)
