"""How much a member has written lately: one counter per member and window, shared by all replicas."""

from __future__ import annotations

from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel, ReturnDocument, WriteConcern

from shared.mongo import Database

INDEXES: dict[str, list[IndexModel]] = {
    "rates": [IndexModel([("until", ASCENDING)], name="forget", expireAfterSeconds=0)],
}


class Rates:
    """Counts in fixed windows."""

    def __init__(self, database: Database) -> None:
        # Nothing is promised about a counter, so its writes wait for no majority.
        self._rates = database["rates"].with_options(write_concern=WriteConcern(w=1))

    async def count(self, what: str, member_id: str, window: timedelta, at: datetime) -> tuple[int, int]:
        """Count one more; returns how many there are in this window, and the seconds until it ends."""
        seconds = int(window.total_seconds())
        number, passed = divmod(int(at.timestamp()), seconds)
        counter = await self._rates.find_one_and_update(
            {"_id": f"{what}:{member_id}:{number}"},
            {"$inc": {"count": 1}, "$setOnInsert": {"until": at + window}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return (counter or {"count": 1})["count"], seconds - passed
