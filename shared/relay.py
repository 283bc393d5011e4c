"""The relay: carries what waits in the outboxes to Kafka, in order per key, and never loses any of it.

Its truth is asking which documents have waiting events, in every collection every other second; a change stream is
only the bell that wakes it and says where to look first, because a stream can lose its place. What is in no hurry rings
no bell: it gathers, and is looked for a few times a second. One relay of a service works at a time, by a lease. What
was sent but not yet cleared when a relay died is sent again under the same event id, and the receivers' inboxes
recognise it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from pymongo import UpdateOne, WriteConcern
from pymongo.errors import PyMongoError

from shared import faultpoints, journeys, metrics
from shared.envelope import Message, encode
from shared.ids import new_id
from shared.kafka import KafkaConfig
from shared.lease import Lease
from shared.mongo import Collection, Database
from shared.outbox import Row

log = structlog.get_logger(__name__)

POLL_SECONDS = 2.0
"""How soon a waiting event is found when the bell is silent."""

PACE_SECONDS = 0.02
"""Rounds begin no closer together, unless the one before left something behind. An event that comes at rest goes at
once; while more keep coming, what gathers in this time is one look, one batch for each partition, one clearing, and
fewer transactions for everybody who hears it. That is worth more to an event's age than these milliseconds."""

GATHER_SECONDS = 0.25
"""How long events gather that nobody acts on. A view is written once a second; whoever reads one cannot tell, and a
hundred readings a second are published, heard and cleared four times instead of fifty, at a third of the cost."""

BATCH_DOCUMENTS = 500
BATCH_BYTES = 512 * 1024
"""One Kafka batch; half the broker's default limit of 1 MiB, because headers and framing come on top."""


@dataclass(slots=True)
class _Waiting:
    """One row with the document it waits in."""

    collection: str
    document: Any
    row: Row


class Relay:
    """A component of every worker. ``collections`` are those whose documents carry an outbox; in those of ``gathered``
    events gather. Neither they nor the dead letters ring the bell.
    """

    name = "relay"

    def __init__(
        self, database: Database, kafka: KafkaConfig, collections: Iterable[str], gathered: Iterable[str] = ()
    ) -> None:
        self._database = database
        self._kafka = kafka
        self._collections = tuple(dict.fromkeys((*collections, "facts", "parked")))
        self._gathered = frozenset(gathered)
        if strangers := self._gathered.difference(self._collections):
            raise ValueError(f"no outbox is in {', '.join(sorted(strangers))}: nothing gathers there")
        self._ringing = [name for name in self._collections if name not in self._gathered and name != "parked"]
        self._lease = Lease(database, "relay", f"{socket.gethostname()}:{os.getpid()}:{new_id()}")
        self._bell = asyncio.Event()
        self._rung: set[str] = set()
        """The collections in which something waits, as far as the bell or the last round can tell."""
        self._all_asked = self._gathered_asked = self._began = float("-inf")
        self._behind = False
        """Whether the last round left something where it looked."""
        self._producer: AIOKafkaProducer | None = None
        self.published = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Publish until told to stop; what then still waits is left to the next relay."""
        listener = asyncio.create_task(self._listen(), name="relay-bell")
        stopper = asyncio.create_task(self._ring_at(stop))
        try:
            while not stop.is_set():
                if not await self._work():
                    await self._rest(stop)
        finally:
            for task in (listener, stopper):
                task.cancel()
            await asyncio.gather(listener, stopper, return_exceptions=True)
            await self._drop_producer()
            with contextlib.suppress(PyMongoError):
                await self._lease.release()

    async def publish_waiting(self) -> int:
        """One round: publish what waits now in any collection, and return how many events were published."""
        return await self._publish(self._collections)

    async def _publish(self, collections: Iterable[str]) -> int:
        self._behind = False
        waiting = await self._look(collections)
        if not waiting:
            return 0
        sent = await self._send(waiting)
        faultpoints.reach("relay.after-ack")
        await self._clear(waiting, sent)
        if len(sent) < len(waiting):
            self._behind = True
            self._rung.update(item.collection for item in waiting if item.row["id"] not in sent)
        journeys.published((item.row for item in waiting), sent)
        self.published += len(sent)
        metrics.events_published(len(sent))
        return len(sent)

    async def close(self) -> None:
        """Release what :meth:`publish_waiting` opened."""
        await self._drop_producer()

    async def _work(self) -> bool:
        """Do a round if the lease is ours; True if there may be more at once."""
        try:
            self._began = time.monotonic()
            if self._lease.due and not await self._lease.acquire():
                return False
            published = await self._publish(self._where_to_look())
        except PyMongoError as error:
            log.warning("relay.database-unreachable", error=type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)
        except KafkaError as error:
            log.warning("relay.kafka-unreachable", error=type(error).__name__)
            await self._give_way()
            await asyncio.sleep(POLL_SECONDS)
        else:
            # What could not be sent is tried again after a rest, and at the next ring.
            return published > 0 and self._behind
        return False

    def _where_to_look(self) -> Iterable[str]:
        """Where the bell rang, or where events have gathered; every other second everywhere."""
        now = time.monotonic()
        where = set(self._rung)
        if now - self._all_asked >= POLL_SECONDS:
            self._all_asked = now
            where.update(self._collections)
        if now - self._gathered_asked >= GATHER_SECONDS:
            self._gathered_asked = now
            where |= self._gathered
        collections = [name for name in self._collections if name in where]
        # What is written from here on rings again, even if this look finds it already.
        self._rung.clear()
        self._bell.clear()
        return collections

    async def _rest(self, stop: asyncio.Event) -> None:
        if stop.is_set():
            return
        gathering = self._gathered and self._lease.held
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._bell.wait(), GATHER_SECONDS if gathering else POLL_SECONDS)
        self._bell.clear()
        await asyncio.sleep(self._began + PACE_SECONDS - time.monotonic())

    async def _ring_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._bell.set()

    async def _look(self, collections: Iterable[str]) -> list[_Waiting]:
        waiting: list[_Waiting] = []
        oldest: datetime | None = None
        for name in collections:
            cursor = self._database[name].find({"outbox_since": {"$exists": True}}, {"outbox": 1, "outbox_since": 1})
            documents = await cursor.sort("outbox_since", 1).limit(BATCH_DOCUMENTS).to_list()
            for document in documents:
                since = document["outbox_since"]
                oldest = since if oldest is None or since < oldest else oldest
                waiting.extend(_Waiting(name, document["_id"], row) for row in document["outbox"])
            if len(documents) == BATCH_DOCUMENTS:
                self._behind = True
                self._rung.add(name)
        age = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0
        metrics.outbox_waiting(len(waiting), max(0.0, age))
        return waiting

    async def _send(self, waiting: list[_Waiting]) -> set[str]:
        """Send the rows, each partition's in order, and return the ids of those the broker has taken."""
        producer = await self._ready_producer()
        by_partition: dict[tuple[str, int], list[tuple[str, Message]]] = defaultdict(list)
        partitions: dict[str, int] = {}
        for item in waiting:
            message = encode(item.row)
            topic = self._kafka.topic(message.topic)
            if topic not in partitions:
                partitions[topic] = await self._partitions(producer, topic)
            partition = partition_of(message.key, partitions[topic])
            by_partition[topic, partition].append((item.row["id"], message))
        faultpoints.reach("relay.before-send")
        outcomes = await asyncio.gather(
            *(self._send_partition(producer, topic, number, rows) for (topic, number), rows in by_partition.items())
        )
        sent: set[str] = set().union(*(ids for ids, _ in outcomes))
        failures = [failure for _, failure in outcomes if failure]
        if failures:
            # A producer that has failed once may number its batches wrongly from then on; the next round starts anew.
            log.warning("relay.send-failed", error=type(failures[0]).__name__, partitions=len(failures))
            await self._give_way()
        return sent

    async def _send_partition(
        self, producer: AIOKafkaProducer, topic: str, partition: int, rows: list[tuple[str, Message]]
    ) -> tuple[set[str], KafkaError | None]:
        """One batch after the other, so that a batch that failed holds those behind it and nothing else."""
        sent: set[str] = set()
        pending = iter(rows)
        following = next(pending, None)
        while following is not None:
            batch = producer.create_batch()
            ids: list[str] = []
            while following is not None:
                id_, message = following
                headers = list(message.headers)
                # Stamped with the moment of sending, by which the broker counts retention. When the event became
                # true stands in its headers; the broker would refuse it for a rehearsal's clock that is ahead.
                if batch.append(key=message.key, value=message.value, timestamp=None, headers=headers) is None:
                    break
                ids.append(id_)
                following = next(pending, None)
            if not ids:
                raise ValueError(f"event {following[0] if following else '?'} does not fit into an empty batch")
            if not self._lease.held and self._lease.fence:
                return sent, None  # Paused past the lease: somebody else sends these now.
            try:
                await (await producer.send_batch(batch, topic, partition=partition))
            except KafkaError as error:
                return sent, error
            sent.update(ids)
        return sent, None

    async def _partitions(self, producer: AIOKafkaProducer, topic: str) -> int:
        """How many partitions the topic has."""
        return len(producer.client.cluster.partitions_for_topic(topic) or await producer.partitions_for(topic))

    async def _clear(self, waiting: list[_Waiting], sent: set[str]) -> None:
        """Take the published rows out. Losing this write repeats them, so it need not wait for the majority."""
        by_collection: dict[str, dict[Any, list[str]]] = defaultdict(lambda: defaultdict(list))
        for item in waiting:
            if item.row["id"] in sent:
                by_collection[item.collection][item.document].append(item.row["id"])
        for name, documents in by_collection.items():
            collection = self._database[name].with_options(write_concern=WriteConcern(w=1))
            if name == "facts":
                await collection.delete_many({"_id": {"$in": list(documents)}})
            else:
                await _take_out(collection, documents)

    async def _ready_producer(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **self._kafka.client_arguments(),
                enable_idempotence=True,
                acks="all",
                max_batch_size=BATCH_BYTES,
                request_timeout_ms=10_000,
                retry_backoff_ms=100,
                metadata_max_age_ms=60_000,
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def _give_way(self) -> None:
        """Begin anew with Kafka, and let another relay try, whose way there may be better."""
        await self._drop_producer()
        with contextlib.suppress(PyMongoError):
            await self._lease.release()

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(KafkaError):
                await producer.stop()

    async def _listen(self) -> None:
        """Ring the bell at every write that put an event into an outbox where none gather.

        A service in which all gather hangs no bell: it is told of every write to the whole database, its own and
        others', and asked whether that one counts.
        """
        if not self._ringing:
            return
        new = {
            "$match": {
                "ns.coll": {"$in": self._ringing},
                "$or": [
                    {"fullDocument.outbox_since": {"$exists": True}},
                    {"updateDescription.updatedFields.outbox_since": {"$exists": True}},
                ],
            }
        }
        while True:
            try:
                async with await self._database.watch(
                    [new, {"$project": {"ns.coll": 1}}], max_await_time_ms=5_000
                ) as stream:
                    async for change in stream:
                        self._rung.add(change["ns"]["coll"])
                        self._bell.set()
            except PyMongoError as error:
                log.info("relay.bell-lost", error=type(error).__name__)
                await asyncio.sleep(POLL_SECONDS)


def partition_of(key: bytes | None, partitions: int) -> int:
    """Where a key's events go, by CRC-32 as librdkafka does. Java's murmur2 in Python takes as long as all the rest of
    encoding.
    """
    return zlib.crc32(key or b"") % partitions


async def _take_out(collection: Collection, documents: Mapping[Any, list[str]]) -> None:
    """Take these rows out of their documents: nearly always the only one, and then all documents in one statement."""
    single = {document: ids[0] for document, ids in documents.items() if len(ids) == 1}
    others = documents
    if len(single) > 1:
        alone = {"outbox": {"$size": 1}, "outbox.0.id": {"$in": list(single.values())}}
        emptied = await collection.update_many(
            {"_id": {"$in": list(single)}, **alone}, {"$unset": {"outbox": "", "outbox_since": ""}}
        )
        if emptied.matched_count == len(single):
            others = {document: ids for document, ids in documents.items() if document not in single}
    if others:
        # Where something was added meanwhile it stays; where there is nothing left to take, nothing happens.
        await collection.bulk_write([_removal(id_, ids) for id_, ids in others.items()], ordered=False)


def _removal(document: Any, ids: list[str]) -> UpdateOne:
    rest = {"$filter": {"input": {"$ifNull": ["$outbox", []]}, "cond": {"$not": [{"$in": ["$$this.id", ids]}]}}}
    empty = {"$eq": ["$outbox", []]}
    return UpdateOne(
        {"_id": document},
        [
            {"$set": {"outbox": rest}},
            {
                "$set": {
                    "outbox": {"$cond": [empty, "$$REMOVE", "$outbox"]},
                    "outbox_since": {"$cond": [empty, "$$REMOVE", "$outbox_since"]},
                }
            },
        ],
    )
