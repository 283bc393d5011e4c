"""Messages: a queue, a timetable and a ledger in one collection.

What waits is claimed in the order it falls due, what is urgent first. A lease is timed by the database's clock, so
that neither a worker's clock nor a rehearsal's shift ends it early.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument, UpdateOne
from pymongo.asynchronous.cursor import AsyncCursor

from services.notifications.errors import DeliveryNotFound
from services.notifications.model.message import HELD, WAITING, Decision, Message, State
from shared import outbox
from shared.aggregates import Aggregates
from shared.mongo import Database, Document, Session

LEDGER_SECONDS = 180 * 24 * 3600
"""Half a year: far beyond any replay of the topics, and long enough to answer "did you ever write to me?"."""

INDEXES: dict[str, list[IndexModel]] = {
    "messages": [
        IndexModel([("state", ASCENDING), ("urgent", DESCENDING), ("due_at", ASCENDING)], name="due"),
        IndexModel([("state", ASCENDING), ("expires_at", ASCENDING)], name="overdue"),
        IndexModel([("state", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)], name="newest"),
        IndexModel([("subjects", ASCENDING), ("state", ASCENDING)], name="about"),
        IndexModel([("settled_at", ASCENDING)], name="forget", expireAfterSeconds=LEDGER_SECONDS),
    ]
}


class MessageStore(Aggregates[Message]):
    """All messages, from called for to forgotten."""

    def __init__(self, database: Database) -> None:
        super().__init__(database["messages"], Message, missing=_missing)

    def to_document(self, aggregate: Message) -> Document:
        """With what it is about in one field, by which it is found."""
        return {**super().to_document(aggregate), "subjects": list(aggregate.subjects)}

    async def call_for(self, messages: Sequence[Message], session: Session) -> None:
        """Put messages into the queue; one that was called for before stays as it is, whatever became of it."""
        if not messages:
            return
        writes = []
        for message in messages:
            fields = self.to_document(message)
            writes.append(UpdateOne({"_id": fields.pop("_id")}, {"$setOnInsert": fields}, upsert=True))
        await self.collection.bulk_write(writes, ordered=False, session=session)

    async def claim(self, now: datetime, lease_seconds: float) -> Message | None:
        """Take the next message that is due, with a new fence; None if there is none."""
        document = await self.collection.find_one_and_update(
            _due(now),
            [
                {
                    "$set": {
                        "state": "claimed",
                        "fence": {"$add": ["$fence", 1]},
                        "version": {"$add": ["$version", 1]},
                        "lease_until": _from_now(lease_seconds),
                    }
                }
            ],
            sort=CLAIM_ORDER,
            hint="due",
            projection={"outbox": 0, "outbox_since": 0},
            return_document=ReturnDocument.AFTER,
        )
        return self.from_document(document) if document else None

    def due_cursor(self, now: datetime) -> AsyncCursor[Document]:
        """The query behind :meth:`claim`."""
        return self.collection.find(_due(now), hint="due").sort(CLAIM_ORDER)

    async def begin_sending(self, message: Message, lease_seconds: float) -> bool:
        """Note that the content is about to leave; False if the message is no longer held with this fence."""
        result = await self.collection.update_one(
            {"_id": message.id, "fence": message.fence, "state": "claimed"},
            [
                {
                    "$set": {
                        "state": "sending",
                        "version": {"$add": ["$version", 1]},
                        "lease_until": _from_now(lease_seconds),
                    }
                }
            ],
        )
        return result.modified_count == 1

    async def keep(self, message: Message, lease_seconds: float) -> bool:
        """Renew the lease; False if the message is no longer held with this fence."""
        result = await self.collection.update_one(
            {"_id": message.id, "fence": message.fence, "state": {"$in": HELD}},
            [{"$set": {"lease_until": _from_now(lease_seconds)}}],
        )
        return result.matched_count == 1

    async def lapsed(self, limit: int) -> list[Message]:
        """Messages whose worker has let the lease run out."""
        return await self._read(self.lapsed_cursor().limit(limit))

    def lapsed_cursor(self) -> AsyncCursor[Document]:
        """The query behind :meth:`lapsed`."""
        return self.collection.find({"state": {"$in": HELD}, "$expr": {"$lt": ["$lease_until", "$$NOW"]}})

    async def overdue(self, now: datetime, limit: int) -> list[Message]:
        """Messages that wait although it is too late for them."""
        return await self._read(self.overdue_cursor(now).limit(limit))

    def overdue_cursor(self, now: datetime) -> AsyncCursor[Document]:
        """The query behind :meth:`overdue`."""
        return self.collection.find({"state": {"$in": WAITING}, "expires_at": {"$lte": now}})

    async def about(
        self, subjects: Iterable[str], *, states: Sequence[State] | None = None, session: Session
    ) -> list[Message]:
        """Messages about any of these subjects."""
        return await self._read(self.about_cursor(subjects, states=states, session=session))

    def about_cursor(
        self, subjects: Iterable[str], *, states: Sequence[State] | None = None, session: Session | None = None
    ) -> AsyncCursor[Document]:
        """The query behind :meth:`about`."""
        query: Document = {"subjects": {"$in": list(subjects)}}
        if states is not None:
            query["state"] = {"$in": states}
        return self.collection.find(query, session=session)

    async def nudge(self, subjects: Iterable[str], *, reason: str, now: datetime, session: Session) -> bool:
        """Make due what waits for this ``reason``; True if there was any."""
        result = await self.collection.update_many(
            {"subjects": {"$in": list(subjects)}, "state": {"$in": WAITING}, "reason": reason},
            {"$set": {"due_at": now}, "$inc": {"version": 1}},
            session=session,
        )
        return result.modified_count > 0

    async def save_all(self, decisions: Sequence[Decision], at: datetime, session: Session) -> None:
        """Write many decisions in a transaction, which makes sure that nobody else has decided meanwhile."""
        if not decisions:
            return
        writes = []
        for message, events in decisions:
            fields = self.to_document(message)
            change = {"$set": {**fields, "version": message.version + 1}}
            change |= outbox.push(*(outbox.entry(event, at) for event in events))
            writes.append(UpdateOne({"_id": fields.pop("_id")}, change))
        await self.collection.bulk_write(writes, ordered=False, session=session)

    async def page(self, states: Sequence[State], *, after: list[Any] | None, limit: int) -> list[Message]:
        """Messages in these states, newest first, from behind the position ``after``."""
        return await self._read(self.page_cursor(states, after=after).limit(limit))

    def page_cursor(self, states: Sequence[State], *, after: list[Any] | None) -> AsyncCursor[Document]:
        """The query behind :meth:`page`."""
        query: Document = {"state": {"$in": states}}
        if after is not None:
            created_at, id_ = after
            # Said by what is left out, because an $or would keep the index from giving the order.
            query |= {"created_at": {"$lte": created_at}, "$nor": [{"created_at": created_at, "_id": {"$gte": id_}}]}
        return self.collection.find(query, hint="newest").sort([("created_at", DESCENDING), ("_id", DESCENDING)])

    async def count(self, state: State) -> int:
        """How many messages are in this state."""
        return await self.collection.count_documents({"state": state}, hint="newest")

    async def _read(self, cursor: AsyncCursor[Document]) -> list[Message]:
        return [self.from_document(document) for document in await cursor.to_list()]


CLAIM_ORDER = [("urgent", DESCENDING), ("due_at", ASCENDING)]


def position(message: Message) -> list[Any]:
    """Where a page ended that ended with this message."""
    return [message.created_at, message.id]


def _due(now: datetime) -> Document:
    return {"state": {"$in": WAITING}, "due_at": {"$lte": now}}


def _from_now(seconds: float) -> Document:
    return {"$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": int(seconds * 1000)}}


def _missing(_id: str) -> DeliveryNotFound:
    return DeliveryNotFound("Look it up in the list; what was settled half a year ago is forgotten.")
