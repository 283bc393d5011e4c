"""The versions of the domain list. None is ever changed; the newest is the one in force."""

from __future__ import annotations

from pymongo.errors import DuplicateKeyError

from services.accounts.errors import DomainListNotFound
from services.accounts.model.domains import DomainList, list_id
from shared.aggregates import Aggregates
from shared.errors import StaleWrite
from shared.mongo import Database


class DomainLists:
    """All versions. The newest is kept in memory, and asked for by its number alone each time."""

    def __init__(self, database: Database) -> None:
        self._collection = database["domain_lists"]
        self._lists = Aggregates(self._collection, DomainList, missing=lambda _id: DomainListNotFound())
        self._kept: DomainList | None = None

    async def current(self) -> DomainList:
        """The version in force, in every replica from the moment it was saved."""
        newest = await self._collection.find_one({}, {"number": 1}, sort=[("_id", -1)])
        if newest is None:
            raise DomainListNotFound("The list is loaded when the service starts.")
        if self._kept is None or self._kept.number != newest["number"]:
            self._kept = await self._lists.load(newest["_id"])
        return self._kept

    async def version(self, number: int) -> DomainList:
        """One version; raises ``DomainListNotFound``."""
        return await self._lists.load(list_id(number))

    async def history(self, *, before: int | None, limit: int) -> list[DomainList]:
        """Versions from the newest on, without their entries."""
        query = {} if before is None else {"_id": {"$lt": list_id(before)}}
        cursor = self._collection.find(query, {"rules": 0}).sort("_id", -1).limit(limit)
        return [self._lists.from_document(document | {"rules": ()}) async for document in cursor]

    async def add(self, version: DomainList) -> None:
        """Put the next version in force; raises ``StaleWrite`` if there is one of that number."""
        try:
            await self._lists.add(version)
        except DuplicateKeyError:
            raise StaleWrite("Load the list again: another version has come into force.") from None
