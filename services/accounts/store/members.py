"""Members: by id, by address, and in the orders staff look through them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.asynchronous.cursor import AsyncCursor

from services.accounts.errors import MemberNotFound
from services.accounts.model.member import Member
from shared.aggregates import Aggregates
from shared.mongo import Database, Document, Session


class Members(Aggregates[Member]):
    """All members."""

    def __init__(self, database: Database) -> None:
        super().__init__(database["members"], Member, missing=lambda _id: MemberNotFound())

    async def by_address(self, key: str, *, session: Session | None = None) -> Member | None:
        """The member whose address has this key."""
        return await self._one({"address_key": key}, session)

    async def by_external_id(self, external_id: str) -> Member | None:
        """The member who was imported under this id."""
        return await self._one({"external_id": external_id}, None)

    def newest(self, *, role: str | None, before: tuple[Any, str] | None, limit: int) -> AsyncCursor[Document]:
        """Members, all or those with a role, from the newest on; ``before`` is the last one seen."""
        query: Document = {} if role is None else {"roles": role}
        if before is not None:
            query["$or"] = _after("joined_at", "$lt", before)
        return self.collection.find(query, _SHOWN).sort([("joined_at", -1), ("_id", -1)]).limit(limit)

    def reviews(self, state: str, *, after: tuple[Any, str] | None, limit: int) -> AsyncCursor[Document]:
        """Members whose review is in this state, from the one that has waited longest."""
        query: Document = {"review.state": state}
        if after is not None:
            query["$or"] = _after("review.requested_at", "$gt", after)
        return self.collection.find(query, _SHOWN).sort([("review.requested_at", 1), ("_id", 1)]).limit(limit)

    async def read(self, cursor: AsyncCursor[Document]) -> list[Member]:
        """The members a query finds."""
        return [self.from_document(document) async for document in cursor]

    async def _one(self, query: Mapping[str, Any], session: Session | None) -> Member | None:
        document = await self.collection.find_one(query, {"outbox": 0, "outbox_since": 0}, session=session)
        return self.from_document(document) if document else None


_SHOWN = {"outbox": 0, "outbox_since": 0, "password_hash": 0}


def _after(field: str, direction: str, last: tuple[Any, str]) -> list[Document]:
    value, id_ = last
    return [{field: {direction: value}}, {field: value, "_id": {direction: id_}}]
