"""What the trending view shows: reads per topic or region, item and hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from pymongo import IndexModel

from shared.mongo import Database
from shared.views import View, indexes, totals

COLLECTION = "trending"

INDEXES: dict[str, list[IndexModel]] = {COLLECTION: indexes("dimension", "value")}


class Trend(NamedTuple):
    """How often an item was read."""

    article_id: str
    views: int


class TrendStore:
    """Reads the snapshot of the trending view."""

    def __init__(self, database: Database, view: View) -> None:
        self.collection = database[COLLECTION]
        self._view = view

    async def top(self, dimension: str, value: str, *, now: datetime, window: timedelta, limit: int) -> list[Trend]:
        """The items read most in the window that ends now, under this topic or region, or anywhere (``all``)."""
        rows = await totals(
            self.collection,
            where={"dimension": dimension, "value": value},
            since=self._view.since(now, window),
            by=("article_id",),
            measures=("views",),
            limit=limit,
        )
        return [Trend(row["article_id"], row["views"]) for row in rows]
