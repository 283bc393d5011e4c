"""How much a member has written lately: one counter per member and window, shared by all replicas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from pymongo import ASCENDING, IndexModel, ReturnDocument, UpdateOne, WriteConcern

from shared.group_commit import GroupCommit
from shared.mongo import Database, Document

INDEXES: dict[str, list[IndexModel]] = {
    "rates": [IndexModel([("until", ASCENDING)], name="forget", expireAfterSeconds=0)],
}


class Rates:
    """Counts in fixed windows."""

    def __init__(self, database: Database) -> None:
        # Nothing is promised about a counter, so its writes wait for no majority.
        self._rates = database["rates"].with_options(write_concern=WriteConcern(w=1))
        # One lane: two at once would each see what the other counts as well, and give nobody the numbers below.
        self._counting: GroupCommit[_More, int] = GroupCommit(self._count, max_batch=100, lanes=1)

    async def count(self, what: str, member_id: str, window: timedelta, at: datetime) -> tuple[int, int]:
        """Count one more; returns how many there are in this window, and the seconds until it ends."""
        seconds = int(window.total_seconds())
        number, passed = divmod(int(at.timestamp()), seconds)
        count = await self._counting.submit(_More(f"{what}:{member_id}:{number}", at + window))
        return count, seconds - passed

    async def _count(self, more: Sequence[_More]) -> Sequence[int]:
        """Who counts at the same moment shares the write; of one member's several, each gets its own number."""
        if len(more) == 1:
            return [await self._count_one(more[0])]
        writes = [UpdateOne({"_id": one.id}, _one_more(one), upsert=True) for one in more]
        await self._rates.bulk_write(writes, ordered=False)
        found = {
            row["_id"]: int(row["count"]) async for row in self._rates.find({"_id": {"$in": [m.id for m in more]}})
        }
        counts: list[int] = []
        for one in reversed(more):
            counts.append(found.get(one.id, 1))
            found[one.id] = counts[-1] - 1
        return counts[::-1]

    async def _count_one(self, one: _More) -> int:
        counter = await self._rates.find_one_and_update(
            {"_id": one.id}, _one_more(one), upsert=True, return_document=ReturnDocument.AFTER
        )
        return int((counter or {"count": 1})["count"])


class _More(NamedTuple):
    """One more for a counter."""

    id: str
    until: datetime


def _one_more(one: _More) -> Document:
    return {"$inc": {"count": 1}, "$setOnInsert": {"until": one.until}}
