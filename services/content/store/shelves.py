"""Topics, series and the board, and whether what an item refers to is there."""

from __future__ import annotations

from collections.abc import Iterable

from pymongo import ASCENDING, IndexModel

from services.content.errors import BoardMemberNotFound, SeriesNotFound, TopicNotFound
from services.content.model.shelves import BoardMember, Series, Topic
from shared.aggregates import Aggregates
from shared.mongo import Database, Document

INDEXES: dict[str, list[IndexModel]] = {
    "topics": [],
    "series": [],
    "board": [IndexModel([("position", ASCENDING), ("name", ASCENDING)], name="in_order")],
}

MOST = 500
"""Topics, series or members of the board that are listed at once. A publisher has dozens."""


NAMED_BY_SLUG = ("surveys", "webinars")
"""Collections whose things have a slug beside their id."""


class ShelfStore:
    """What items are filed under."""

    def __init__(self, database: Database) -> None:
        self.topics = Aggregates(database["topics"], Topic, missing=lambda id_: TopicNotFound(topic=id_))
        self.series = Aggregates(database["series"], Series, missing=lambda id_: SeriesNotFound(series=id_))
        self.board = Aggregates(database["board"], BoardMember, missing=lambda id_: BoardMemberNotFound(member=id_))
        self._database = database

    async def all_topics(self) -> list[Topic]:
        """Every topic, in the order of their slugs."""
        rows = self.topics.collection.find({}).sort("_id", ASCENDING).limit(MOST)
        return [self.topics.from_document(row) async for row in rows]

    async def all_series(self) -> list[Series]:
        """Every series, in the order of their slugs."""
        rows = self.series.collection.find({}).sort("_id", ASCENDING).limit(MOST)
        return [self.series.from_document(row) async for row in rows]

    async def whole_board(self) -> list[BoardMember]:
        """The board, in its order."""
        rows = self.board.collection.find({}).sort([("position", ASCENDING), ("name", ASCENDING)]).limit(MOST)
        return [self.board.from_document(row) async for row in rows]

    async def remove_from_board(self, id: str, *, version: int) -> bool:
        """Take a member off the board, if nobody changed them since; whether that was so."""
        result = await self.board.collection.delete_one({"_id": id, "version": version})
        return result.deleted_count == 1

    async def unknown(self, collection: str, names: Iterable[str]) -> set[str]:
        """Which of ``names`` are neither the id nor the slug of anything in one of this service's collections."""
        wanted = sorted(set(names))
        if not wanted:
            return set()
        query: Document = {"_id": {"$in": wanted}}
        if collection in NAMED_BY_SLUG:
            query = {"$or": [query, {"slug": {"$in": wanted}}]}
        rows = self._database[collection].find(query, {"slug": 1})
        found = {name async for row in rows for name in (row["_id"], row.get("slug"))}
        return set(wanted) - found
