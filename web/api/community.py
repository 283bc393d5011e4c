"""Comments and suggestions."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pydantic import TypeAdapter

from web.api.questions import Questions
from web.api.shapes.base import Page
from web.api.shapes.community import Comment, Manager, ModeratedComment, Suggestion, Thread

_MANAGERS = TypeAdapter(list[Manager])


class Community(Questions):
    """Asks community."""

    async def comments(self, article_id: str, **query: Any) -> Thread:
        """The discussion of an article: ``order``, ``limit``, ``cursor``."""
        return await self.get(Thread, "/v1/comments", article=article_id, **query)

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

    async def to_moderate(self, **query: Any) -> Page[ModeratedComment]:
        """The newest comments of all articles: ``state``, ``limit``, ``cursor``. For moderators."""
        return await self.get(Page[ModeratedComment], "/v1/comments/moderation", **query)

    async def hide(self, comment_id: str, reason: str) -> None:
        """Take a comment from view. For moderators."""
        await self.ask("POST", f"/v1/comments/{quote(comment_id, safe='')}/hide", body={"reason": reason})

    async def restore(self, comment_id: str) -> None:
        """Show a comment again. For moderators."""
        await self.ask("POST", f"/v1/comments/{quote(comment_id, safe='')}/restore")

    async def close_thread(self, article_id: str, *, closed: bool) -> None:
        """End the discussion of an article, or take it up again. For moderators."""
        await self.ask("PUT", f"/v1/comments/threads/{quote(article_id, safe='')}", body={"closed": closed})

    async def managers(self) -> list[Manager]:
        """Who looks after suggestions."""
        return _MANAGERS.validate_json((await self.ask("GET", "/v1/suggestions/managers")).content)

    async def suggestions(self, **query: Any) -> Page[Suggestion]:
        """What was suggested, the newest first: ``state``, ``limit``, ``cursor``."""
        return await self.get(Page[Suggestion], "/v1/suggestions", **query)

    async def suggestion(self, suggestion_id: str) -> Suggestion:
        """One suggestion."""
        return await self.get(Suggestion, f"/v1/suggestions/{quote(suggestion_id, safe='')}")

    async def suggest(self, title: str, description: str, topics: list[str], key: str) -> Suggestion:
        """Suggest what to write or talk about."""
        body = {"title": title, "description": description, "topics": topics}
        answer = await self.ask("POST", "/v1/suggestions", body=body, headers={"idempotency-key": key} if key else None)
        return Suggestion.model_validate_json(answer.content)

    async def support(self, suggestion_id: str, *, wanted: bool) -> Suggestion:
        """Say that one would like it too, or no longer."""
        path = f"/v1/suggestions/{quote(suggestion_id, safe='')}/support"
        return Suggestion.model_validate_json((await self.ask("PUT" if wanted else "DELETE", path)).content)

    async def move(self, suggestion_id: str, to: str, reason: str | None, webinar_id: str | None) -> Suggestion:
        """Take a suggestion a step further. For community managers."""
        body = {"state": to, "reason": reason, "webinar_id": webinar_id}
        answer = await self.ask("POST", f"/v1/suggestions/{quote(suggestion_id, safe='')}/moves", body=body)
        return Suggestion.model_validate_json(answer.content)
