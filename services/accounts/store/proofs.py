"""Proofs of addresses."""

from __future__ import annotations

from datetime import datetime, timedelta

from pymongo import ReturnDocument
from pymongo.asynchronous.cursor import AsyncCursor

from services.accounts.errors import ProofNotFound
from services.accounts.model.proofs import CODE_ATTEMPTS, Proof
from shared.aggregates import Aggregates
from shared.mongo import Database, Document

REMEMBERED = timedelta(days=30)
"""How long a used or expired proof still answers 410 instead of 404."""


class Proofs(Aggregates[Proof]):
    """All proofs that were asked for lately."""

    def __init__(self, database: Database) -> None:
        super().__init__(database["proofs"], Proof, missing=lambda _id: ProofNotFound())

    async def count_attempt(self, proof_id: str, at: datetime) -> Proof | None:
        """Count one more code tried; None where none may be. Counting comes before comparing, so that a thousand
        parallel guesses are five.
        """
        document = await self.collection.find_one_and_update(
            {"_id": proof_id, "state": "waiting", "expires_at": {"$gt": at}, "attempts": {"$lt": CODE_ATTEMPTS}},
            {"$inc": {"attempts": 1, "version": 1}},
            projection={"outbox": 0, "outbox_since": 0},
            return_document=ReturnDocument.AFTER,
        )
        return self.from_document(document) if document else None

    def expired(self, at: datetime, *, limit: int) -> AsyncCursor[Document]:
        """Proofs whose time is over although nobody has said so yet, oldest first."""
        query = {"state": {"$in": ["waiting", "proved"]}, "expires_at": {"$lte": at}}
        return self.collection.find(query, {"_id": 1}).sort("expires_at", 1).limit(limit)

    async def forget(self, at: datetime) -> int:
        """Remove what is long over and fully told; returns how many. Not by a TTL index, which would also take what
        still has an event to send.
        """
        over = {"state": {"$in": ["used", "expired"]}, "expires_at": {"$lte": at - REMEMBERED}}
        result = await self.collection.delete_many(over | {"outbox_since": {"$exists": False}})
        return result.deleted_count
