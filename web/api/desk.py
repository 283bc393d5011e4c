"""The author's questions: drafts, previews, states."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from web.api.questions import Questions
from web.api.shapes.articles import Card
from web.api.shapes.base import Page
from web.api.shapes.desk import Preview, Revision, WorkingArticle
from web.api.transport import Answer


class Desk(Questions):
    """Asks content in an editor's name."""

    async def articles(self, state: str, cursor: str | None = None) -> Page[Card]:
        """What stands in a state."""
        return await self.get(Page[Card], "/v1/articles", state=state, limit=30, cursor=cursor)

    async def create(self, content: dict[str, Any], key: str) -> WorkingArticle:
        """Begin an article."""
        answer = await self.ask("POST", "/v1/articles", body=content, headers={"idempotency-key": key} if key else None)
        return WorkingArticle.model_validate_json(answer.content)

    async def working(self, article_id: str) -> tuple[WorkingArticle, str]:
        """The working copy, and its entity tag."""
        return _tagged(await self.ask("GET", f"{_at(article_id)}/working"))

    async def rewrite(self, article_id: str, content: dict[str, Any], etag: str) -> tuple[WorkingArticle, str]:
        """Replace it; 412 if somebody else has since."""
        return _tagged(await self.ask("PUT", f"{_at(article_id)}/working", body=content, headers={"if-match": etag}))

    async def preview(self, article_id: str) -> Preview:
        """As it would be published."""
        return await self.get(Preview, f"{_at(article_id)}/preview")

    async def approve(self, article_id: str, etag: str) -> tuple[WorkingArticle, str]:
        """Approve the revision that was seen."""
        return _tagged(await self.ask("POST", f"{_at(article_id)}/approvals", headers={"if-match": etag}))

    async def move(self, article_id: str, to: str, at: str | None, etag: str) -> tuple[WorkingArticle, str]:
        """Bring it into another state."""
        body = {"to": to, "at": at}
        return _tagged(await self.ask("POST", f"{_at(article_id)}/moves", body=body, headers={"if-match": etag}))

    async def revisions(self, article_id: str) -> list[Revision]:
        """Who saved what when, the newest first."""
        return (await self.get(Page[Revision], f"{_at(article_id)}/revisions")).items


def _at(article_id: str) -> str:
    return f"/v1/articles/{quote(article_id, safe='')}"


def _tagged(answer: Answer) -> tuple[WorkingArticle, str]:
    return WorkingArticle.model_validate_json(answer.content), answer.etag
