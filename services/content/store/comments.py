"""One register for each comment, and the count on each item."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from pymongo import ASCENDING, IndexModel, ReplaceOne, UpdateOne

from services.content.model.comments import Register
from shared.mongo import Database, Document, Session

INDEXES: dict[str, list[IndexModel]] = {
    "comment_registers": [IndexModel([("article_id", ASCENDING), ("visible", ASCENDING)], name="by_article")]
}


class CommentStore:
    """What is known of comments. Every call goes through the session of the event that causes it."""

    def __init__(self, database: Database) -> None:
        self._registers = database["comment_registers"]
        self._articles = database["articles"]

    async def registers(self, ids: Iterable[str], *, session: Session) -> dict[str, Register]:
        """The registers of these comments, as far as there are any."""
        cursor = self._registers.find({"_id": {"$in": list(ids)}}, session=session)
        return {row["_id"]: Register(row["article_id"], row["revision"], row["visible"]) async for row in cursor}

    async def write(self, changed: Mapping[str, Register], *, session: Session) -> None:
        """Put these registers in the place of what was known."""
        if changed:
            rows = [ReplaceOne({"_id": id_}, register._asdict(), upsert=True) for id_, register in changed.items()]
            await self._registers.bulk_write(rows, ordered=False, session=session)

    async def add(self, differences: Mapping[str, int], *, session: Session) -> None:
        """Change items' counts by these differences."""
        if differences:
            changes = [UpdateOne({"_id": id_}, {"$inc": {"comments": step}}) for id_, step in differences.items()]
            await self._articles.bulk_write(changes, ordered=False, session=session)

    async def recount(self, article_ids: Sequence[str], *, session: Session) -> None:
        """Set the counts of these items to the number of registers that show."""
        counts = await self.visible(article_ids, session=session)
        changes = [UpdateOne({"_id": id_}, {"$set": {"comments": counts.get(id_, 0)}}) for id_ in article_ids]
        await self._articles.bulk_write(changes, ordered=False, session=session)

    async def visible(self, article_ids: Sequence[str], *, session: Session | None = None) -> dict[str, int]:
        """How many registers show, for each of these items that has any."""
        pipeline: list[Document] = [
            {"$match": {"article_id": {"$in": list(article_ids)}, "visible": True}},
            {"$group": {"_id": "$article_id", "comments": {"$sum": 1}}},
        ]
        cursor = await self._registers.aggregate(pipeline, session=session)
        return {row["_id"]: row["comments"] async for row in cursor}

    async def counts(self, article_ids: Sequence[str], *, session: Session) -> dict[str, int]:
        """The counts that these items show."""
        cursor = self._articles.find({"_id": {"$in": list(article_ids)}}, {"comments": 1}, session=session)
        return {row["_id"]: row.get("comments", 0) async for row in cursor}

    async def article_ids(self, *, at_once: int) -> AsyncIterator[list[str]]:
        """The ids of all items, a bounded number at a time."""
        last = ""
        while True:
            cursor = self._articles.find({"_id": {"$gt": last}}, {"_id": 1}).sort("_id", ASCENDING).limit(at_once)
            ids = [row["_id"] async for row in cursor]
            if not ids:
                return
            yield ids
            last = ids[-1]
