"""Counters that hold across all replicas: one document each, changed by one atomic write, forgotten by a TTL index."""

from __future__ import annotations

import math
from datetime import datetime

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from services.accounts.errors import TooManyAttempts
from services.accounts.model.limits import Limit, Taken
from shared.mongo import Collection, Database, Document


class Limits:
    """Counts tries. A try is counted before it is made, so a hundred at once are still counted one by one."""

    def __init__(self, database: Database) -> None:
        self._collection: Collection = database["limits"]

    async def take(self, limit: Limit, who: str, at: datetime) -> Taken:
        """Count one try by ``who``; raises ``TooManyAttempts``, which says when to come back."""
        document = await self._count(f"{limit.name}:{who}", limit, at)
        if document["count"] > limit.allowed:
            seconds = max(1, math.ceil((document["until"] - at).total_seconds()))
            raise TooManyAttempts(f"Try again in {seconds} seconds.", headers={"Retry-After": str(seconds)})
        return Taken(counter=document["_id"], count=document["count"], until=document["until"])

    async def give_back(self, taken: Taken) -> None:
        """Uncount a try that was no guess."""
        await self._collection.update_one({"_id": taken.counter, "until": taken.until}, {"$inc": {"count": -1}})

    async def _count(self, counter: str, limit: Limit, at: datetime) -> Document:
        # The TTL index clears up within a minute or so; until then an old counter begins anew here.
        over = {"$lte": [{"$ifNull": ["$until", at]}, at]}
        change = {
            "count": {"$cond": [over, 1, {"$add": ["$count", 1]}]},
            "until": {"$cond": [over, at + limit.within, "$until"]},
        }
        for last_try in (False, True):
            try:
                found: Document | None = await self._collection.find_one_and_update(
                    {"_id": counter}, [{"$set": change}], upsert=True, return_document=ReturnDocument.AFTER
                )
            except DuplicateKeyError:  # Another replica made the counter at the same moment.
                if last_try:
                    raise
            else:
                assert found is not None  # noqa: S101 - an upsert that returns what it wrote
                return found
        raise AssertionError("unreachable: the last try returns or raises")
