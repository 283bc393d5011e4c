"""Parked events: what failed is retried beside the stream, in order per key, and at last laid before an operator.

A failing event leaves the stream at once, so that it holds up nothing but its own key: it goes to ``parked`` and the
stream's offset moves on. Later events of that key queue behind it, in the same place.

=========  ==========================================================================
state      meaning
=========  ==========================================================================
retrying   the head of its key's queue; tried again when ``due``
queued     waits for the head of its key
dead       given up after five tries in 20 s, or never decodable; in the dead letters
=========  ==========================================================================

Replaying keeps the event's id, so that an effect that did happen is not repeated.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import traceback
from collections.abc import Collection as SizedCollection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared import journeys, metrics, outbox
from shared.envelope import Envelope, Headers, Undecodable, UnknownType, decode
from shared.errors import Refusal
from shared.faults import is_infrastructure
from shared.inbox import Inbox
from shared.mongo import Collection, Database, Document, Session

log = structlog.get_logger(__name__)

BACKOFF_SECONDS = (0.5, 1.5, 4.0, 10.0)
"""Waits between the five tries. With a jitter of a fifth they end within 20 s: long enough for a dependency to
restart, short enough for a person to see the dead letter while they remember what they did."""

CLAIM_SECONDS = 90.0
"""A retry under way is nobody else's for this long; a transaction lasts 60 s at most."""

LOOK_SECONDS = 1.0


class NoSuchDeadLetter(Refusal):
    slug, status, title = "dead-letter-not-found", 404, "There is no dead letter with this id"


@dataclass(frozen=True, slots=True)
class Record:
    """A Kafka record as it came, with the topic's name in the catalogue."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def place(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    def decode(self) -> Envelope:
        """The event in it; raises Undecodable or UnknownType."""
        return decode(self.topic, self.key, self.value, self.headers, place=self.place)


def queue_of(topic: str, key: str) -> str:
    """The name of the queue that an event of this topic and key belongs to."""
    return f"{topic}|{key}"


class Parked:
    """The parked events of one service, and the component that retries them."""

    name = "parked"

    def __init__(self, database: Database, inbox: Inbox, *, service: str) -> None:
        self._parked = database["parked"]
        self._inbox = inbox
        self._service = service
        self._bell = asyncio.Event()

    async def blocked(self, queues: SizedCollection[str]) -> set[str]:
        """Which of these queues have parked events, so that what comes now must wait behind them."""
        return set(await self._parked.distinct("key", {"key": {"$in": list(queues)}}))

    async def park(self, record: Record, envelope: Envelope, error: Exception) -> None:
        """Take a failing event out of the stream; it is tried again soon."""
        log.warning(
            "event.parked",
            event_id=envelope.id,
            type=envelope.type,
            error=type(error).__name__,
            reason=str(error)[:300],
        )
        metrics.event_failed(envelope.type)
        journeys.heard("parked", envelope)
        document = _document(record, envelope) | _failure(error, tries=1) | {"state": "retrying"}
        await self._insert(document)
        self._bell.set()

    async def queue(self, record: Record, envelope: Envelope) -> None:
        """Let an event wait behind the parked head of its key."""
        document = _document(record, envelope) | {"state": "queued", "tries": 0, "due": None}
        await self._insert(document)
        await promote(self._parked, document["key"])

    async def bury(self, record: Record, error: Exception) -> None:
        """Send a record that can never be applied to the dead letters at once."""
        log.error("record.undecodable", place=record.place, reason=str(error)[:300])
        document: Document = {
            "_id": record.place,
            "key": f"undecodable|{record.place}",
            "position": [record.offset],
            "type": dict(record.headers).get("ce_type", b"?").decode("utf-8", "replace")[:200],
            "record": _raw(record),
            "parked_at": datetime.now(UTC),
        }
        document |= _failure(error, tries=1) | {"state": "dead", "due": None}
        document |= outbox.initial(self._letter(document), at=datetime.now(UTC))
        await self._insert(document)
        metrics.dead_letter(document["type"], "undecodable")

    async def run(self, stop: asyncio.Event) -> None:
        """Retry what is due until told to stop."""
        while not stop.is_set():
            try:
                if await self.retry_one():
                    continue
                await self._tidy()
            except PyMongoError as error:
                log.warning("parked.database-unreachable", error=type(error).__name__)
            self._bell.clear()
            waiters = [asyncio.ensure_future(self._bell.wait()), asyncio.ensure_future(stop.wait())]
            await asyncio.wait(waiters, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            for waiter in waiters:
                waiter.cancel()

    async def retry_one(self) -> bool:
        """Try the event that has been due longest; False if none is due."""
        now = datetime.now(UTC)
        document = await self._parked.find_one_and_update(
            {"state": "retrying", "due": {"$lte": now}},
            {"$set": {"due": now + timedelta(seconds=CLAIM_SECONDS)}},
            sort=[("due", 1)],
        )
        if document is None:
            return False
        record = _record(document)

        async def leave(session: Session) -> None:
            await self._parked.delete_one({"_id": document["_id"]}, session=session)

        try:
            await self._inbox.apply([(record.topic, record.decode())], extra=leave)
        except (Undecodable, UnknownType) as error:
            await self._give_up(document, error)
        except Exception as error:  # noqa: BLE001 - whatever the handler raised, the event is tried again or given up
            if is_infrastructure(error):
                await self._parked.update_one({"_id": document["_id"]}, {"$set": {"due": now + timedelta(seconds=1)}})
                await asyncio.sleep(LOOK_SECONDS)
            else:
                await self._failed(document, error)
        else:
            log.info("event.unparked", event_id=document["_id"], tries=document["tries"] + 1)
            await promote(self._parked, document["key"])
        return True

    async def _failed(self, document: Document, error: Exception) -> None:
        metrics.event_failed(document["type"])
        tries = document["tries"] + 1
        if tries > len(BACKOFF_SECONDS):
            await self._give_up(document, error)
        else:
            await self._parked.update_one({"_id": document["_id"]}, {"$set": _failure(error, tries=tries)})

    async def _give_up(self, document: Document, error: Exception) -> None:
        log.error("event.dead", event_id=document["_id"], type=document["type"], reason=str(error)[:300])
        changed = _failure(error, tries=document["tries"] + 1) | {"state": "dead", "due": None}
        letter = self._letter(document | changed)
        await self._parked.update_one({"_id": document["_id"]}, {"$set": changed} | outbox.push(letter))
        metrics.dead_letter(document["type"], "failed")

    def _letter(self, document: Document) -> outbox.Row:
        """The dead letter: the record as it came, with why in its headers."""
        return outbox.letter(
            f"{self._service}.dead-letters",
            document["record"],
            {"reason": document["reason"], "error": document["error"], "stack": document["stack"]},
            at=datetime.now(UTC),
        )

    async def _insert(self, document: Document) -> None:
        with contextlib.suppress(DuplicateKeyError):  # The record was delivered before; it is already parked.
            await self._parked.insert_one(document)

    async def _tidy(self) -> None:
        """Count the dead letters; and promote heads that were queued in the very moment in which theirs left."""
        metrics.parked_events(await self._parked.count_documents({"state": {"$in": ["retrying", "queued"]}}))
        metrics.dead_letters_waiting(await self._parked.count_documents({"state": "dead"}))
        for key in await self._parked.distinct("key", {"state": "queued"}):
            await promote(self._parked, key)


async def promote(parked: Collection, key: str) -> None:
    """Make the first of a queue its head, if it was only waiting. Doing so twice is doing so once."""
    first = await parked.find_one({"key": key}, {"state": 1}, sort=[("position", 1)])
    if first and first["state"] == "queued":
        change = {"$set": {"state": "retrying", "due": datetime.now(UTC)}}
        await parked.update_one({"_id": first["_id"], "state": "queued"}, change)


async def list_dead(database: Database, *, limit: int = 100) -> list[Document]:
    """The dead letters, oldest first, without their bodies."""
    cursor = database["parked"].find({"state": "dead"}, {"record.value": 0, "stack": 0, "outbox": 0})
    return await cursor.sort("due", 1).limit(limit).to_list()


async def show_dead(database: Database, id: str) -> Document:
    """One dead letter whole; raises :class:`NoSuchDeadLetter`."""
    document = await database["parked"].find_one({"_id": id, "state": "dead"})
    if document is None:
        raise NoSuchDeadLetter(f"See the list for what there is; {id!r} is not among it.")
    return document


async def replay_dead(database: Database, id: str | None = None) -> int:
    """Have one dead letter, or all of them, tried again under the same id; returns how many."""
    if id is not None:
        await show_dead(database, id)
    which = {"state": "dead"} | ({"_id": id} if id is not None else {})
    change = {"$set": {"state": "retrying", "tries": 0, "due": datetime.now(UTC)}}
    return (await database["parked"].update_many(which, change)).modified_count


async def discard_dead(database: Database, id: str) -> None:
    """Drop a dead letter for good; what queued behind it goes on."""
    document = await show_dead(database, id)
    await database["parked"].delete_one({"_id": id, "state": "dead"})
    await promote(database["parked"], document["key"])


def _document(record: Record, envelope: Envelope) -> Document:
    return {
        "_id": envelope.id,
        "key": queue_of(record.topic, envelope.key),
        "position": [record.partition, record.offset],
        "type": envelope.type or "tombstone",
        "record": _raw(record),
        "parked_at": datetime.now(UTC),
    }


def _failure(error: Exception, *, tries: int) -> Document:
    wait = BACKOFF_SECONDS[min(tries, len(BACKOFF_SECONDS)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
    return {
        "tries": tries,
        "due": datetime.now(UTC) + timedelta(seconds=wait),
        "error": type(error).__name__,
        "reason": str(error)[:2_000],
        "stack": "".join(traceback.format_exception(error))[-8_000:],
    }


def _raw(record: Record) -> dict[str, Any]:
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": record.key,
        "value": record.value,
        "headers": [[name, value] for name, value in record.headers],
    }


def _record(document: Document) -> Record:
    raw = document["record"]
    headers = [(name, bytes(value)) for name, value in raw["headers"]]
    return Record(raw["topic"], raw["partition"], raw["offset"], raw["key"], raw["value"], headers)
