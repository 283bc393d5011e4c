"""Addresses that have refused mail for good, known only by a keyed hash.

An address cannot be read from the list, nor can somebody with a list of addresses find out without the key which of
them are on it. It lapses after half a year, when the address may have been given to somebody else.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from shared.mongo import Database

LAPSE_SECONDS = 180 * 24 * 3600

INDEXES: dict[str, list[IndexModel]] = {
    "suppressions": [IndexModel([("since", ASCENDING)], name="lapse", expireAfterSeconds=LAPSE_SECONDS)]
}


class SuppressionStore:
    """Where nothing is sent any more."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._suppressions = database["suppressions"]
        self._key = key

    async def holds(self, address: str) -> bool:
        """Whether mail to this address is to be held back."""
        return await self._suppressions.find_one({"_id": self._hash(address)}, {"_id": 1}) is not None

    async def add(self, address: str, *, said: str, at: datetime) -> None:
        """Send nothing more there; the first refusal counts."""
        await self._suppressions.update_one(
            {"_id": self._hash(address)}, {"$setOnInsert": {"since": at, "said": said}}, upsert=True
        )

    async def lift(self, address: str) -> None:
        """Send there again, as an operator has decided."""
        await self._suppressions.delete_one({"_id": self._hash(address)})

    def _hash(self, address: str) -> str:
        return hmac.new(self._key, address.strip().casefold().encode(), hashlib.sha256).hexdigest()
