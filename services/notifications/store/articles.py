"""Articles, as far as links to them need it."""

from __future__ import annotations

from collections.abc import Sequence

from pymongo import ASCENDING, IndexModel

from services.notifications.model.articles import Article
from services.notifications.store.newest import as_fields, keep_newest
from shared.mongo import Database, Session

INDEXES: dict[str, list[IndexModel]] = {"articles": [IndexModel([("topics", ASCENDING)], name="by_topic")]}


class ArticleStore:
    """What content has published."""

    def __init__(self, database: Database) -> None:
        self._articles = database["articles"]

    async def article(self, article_id: str) -> Article | None:
        """The article, if it is known."""
        document = await self._articles.find_one({"_id": article_id})
        return Article.model_validate(as_fields(document)) if document else None

    async def save_all(self, articles: Sequence[Article], session: Session) -> None:
        """Keep the newest revision of each."""
        await self._articles.bulk_write([keep_newest(article, by="revision") for article in articles], session=session)

    async def topics_among(self, topics: list[str]) -> set[str]:
        """Those of these topics that an article has stood under."""
        found: list[str] = await self._articles.distinct("topics", {"topics": {"$in": topics}})
        return set(found)
