"""Sessions, and what is left of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from pymongo.asynchronous.cursor import AsyncCursor

from services.accounts.errors import SessionNotFound
from services.accounts.model.sessions import EndReason, SessionFamily
from shared.aggregates import Aggregates
from shared.mongo import Database, Document, Session

REMEMBERED = timedelta(days=7)
"""How long an ended session still knows its old tokens."""


class Sessions(Aggregates[SessionFamily]):
    """All sessions."""

    def __init__(self, database: Database) -> None:
        super().__init__(database["sessions"], SessionFamily, missing=lambda _id: SessionNotFound())

    def live(self, member_id: str, at: datetime, *, limit: int = 100) -> AsyncCursor[Document]:
        """The member's sessions that go on, those that end last first."""
        query = {"member_id": member_id, "ended_at": None, "expires_at": {"$gt": at}}
        return self.collection.find(query, {"outbox": 0, "outbox_since": 0}).sort("expires_at", -1).limit(limit)

    async def end_beyond(self, member_id: str, kept: int, at: datetime) -> None:
        """End the member's sessions beyond ``kept``, those that have rested longest."""
        query = {"member_id": member_id, "ended_at": None, "expires_at": {"$gt": at}}
        cursor = self.collection.find(query, {"_id": 1}).sort("expires_at", -1).skip(kept).limit(100)
        ids = [document["_id"] async for document in cursor]
        if ids:
            change = {"$set": {"ended_at": at, "end_reason": "too-many"}, "$inc": {"version": 1}}
            await self.collection.update_many({"_id": {"$in": ids}, "ended_at": None}, change)

    async def end_all(
        self,
        member_id: str,
        reason: EndReason,
        at: datetime,
        *,
        but: str | None = None,
        session: Session | None = None,
    ) -> int:
        """End the member's sessions, ``but`` one; returns how many there were."""
        query: Document = {"member_id": member_id, "ended_at": None}
        if but is not None:
            query["_id"] = {"$ne": but}
        change = {"$set": {"ended_at": at, "end_reason": reason}, "$inc": {"version": 1}}
        return (await self.collection.update_many(query, change, session=session)).modified_count

    async def forget(self, at: datetime) -> int:
        """Remove what has long expired and is fully told; returns how many."""
        over = {"expires_at": {"$lte": at - REMEMBERED}, "outbox_since": {"$exists": False}}
        return (await self.collection.delete_many(over)).deleted_count
