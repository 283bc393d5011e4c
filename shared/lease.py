"""A lease: one holder at a time, timed by the database's clock, with a token that grows with every change of hands."""

from __future__ import annotations

import time
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from shared.mongo import Database


class Lease:
    """The right to be the only one, for ``seconds`` at a time.

    The holder trusts it only until a moment counted on its own monotonic clock from before it asked, so that a
    process that was paused finds it gone before it does anything.
    """

    def __init__(self, database: Database, name: str, holder: str, *, seconds: float = 10.0) -> None:
        self._collection = database["leases"]
        self._name = name
        self._holder = holder
        self._seconds = seconds
        self._trusted_until = 0.0
        self.fence = 0

    @property
    def held(self) -> bool:
        """Whether the lease can still be relied on, without asking."""
        return time.monotonic() < self._trusted_until

    @property
    def due(self) -> bool:
        """Whether it is time to renew: a third of the lease has passed."""
        return time.monotonic() > self._trusted_until - self._seconds * 2 / 3

    async def acquire(self) -> bool:
        """Take or renew the lease; False while somebody else has it."""
        asked = time.monotonic()
        document = await self._take()
        if document is None:
            await self._seed()
            document = await self._take()
        if document is None:
            self._trusted_until = 0.0
            return False
        self.fence = document["fence"]
        self._trusted_until = asked + self._seconds
        return True

    async def release(self) -> None:
        """Give the lease up, so that the next need not wait for it to run out."""
        self._trusted_until = 0.0
        await self._collection.update_one(
            {"_id": self._name, "holder": self._holder}, [{"$set": {"until": "$$NOW", "holder": None}}]
        )

    async def _take(self) -> dict[str, Any] | None:
        free_or_mine = {"$or": [{"$eq": ["$holder", self._holder]}, {"$lte": ["$until", "$$NOW"]}]}
        changed_hands = {"$cond": [{"$eq": ["$holder", self._holder]}, 0, 1]}
        until = {"$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": int(self._seconds * 1000)}}
        return await self._collection.find_one_and_update(
            {"_id": self._name, "$expr": free_or_mine},
            [{"$set": {"fence": {"$add": ["$fence", changed_hands]}, "holder": self._holder, "until": until}}],
            return_document=ReturnDocument.AFTER,
        )

    async def _seed(self) -> None:
        try:
            await self._collection.update_one(
                {"_id": self._name},
                [{"$set": {"fence": {"$ifNull": ["$fence", 0]}, "until": {"$ifNull": ["$until", "$$NOW"]}}}],
                upsert=True,
            )
        except DuplicateKeyError:
            return  # Another process seeded it at the same moment.
