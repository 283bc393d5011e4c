"""Every page that a search engine may know of."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from pymongo import DESCENDING

from shared.mongo import Database, Document

MOST_ARTICLES = 40_000
"""The newest. A sitemap may name 50,000 pages; topics, series, webinars and surveys take the rest."""

MOST_OTHERS = 2_000
"""Of webinars, and of surveys: the newest."""


class Page(NamedTuple):
    """A thing with a page of its own."""

    slug: str
    changed_at: datetime | None


class SitemapStore:
    """Names what there is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def articles(self) -> list[Page]:
        """Published articles, the newest first."""
        rows = self._database["articles"].find(*self.articles_query()).sort("published_at", DESCENDING)
        rows = rows.hint("sitemap").limit(MOST_ARTICLES)
        return [Page(row["slug"], row["live"]["updated_at"]) async for row in rows]

    @staticmethod
    def articles_query() -> tuple[Document, Document]:
        """The query of :meth:`articles`."""
        return {"state": "published"}, {"_id": 0, "slug": 1, "live.updated_at": 1}

    async def webinars(self) -> list[Page]:
        """Webinars, the latest first."""
        rows = self._database["webinars"].find({}, {"slug": 1}).sort("slot.starts_at", DESCENDING)
        return [Page(row["slug"], None) async for row in rows.limit(MOST_OTHERS)]

    async def surveys(self) -> list[Page]:
        """Surveys, the last opened first."""
        rows = self._database["surveys"].find({}, {"slug": 1}).sort([("opened_at", DESCENDING), ("_id", DESCENDING)])
        return [Page(row["slug"], None) async for row in rows.limit(MOST_OTHERS)]
