"""The Kafka door: reads in batches, keeps order per key, and commits offsets only after the effects.

Records are taken as bytes and decoded here. Keys are spread over lanes that work side by side; a lane applies its
events in one transaction after the other. When a transaction fails because of an event, the lane goes on event by
event, and the one that fails is parked with what follows of its key.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import zlib
from collections import defaultdict
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from shared import faultpoints, metrics
from shared.envelope import Envelope, Undecodable, UnknownType
from shared.faults import is_infrastructure
from shared.inbox import CHUNK_SECONDS, Inbox
from shared.kafka import KafkaConfig
from shared.parked import Parked, Record, queue_of

log = structlog.get_logger(__name__)

BATCH_RECORDS = 1_000
"""Read at once. Half as many took 2,300 to 4,000 events a second, these 7,000 to 8,000: the wait for the majority is
shared by twice as many, and twice as many again gained nothing more."""
LANES = 4
"""Transactions at once, at most. More would mostly wait for the same disk flush and conflict more often."""

LANE_EVENTS = 50
"""Events that are worth a lane of their own. A few that came together are one transaction: four would be four waits for
the majority, and four times the work."""

CHUNK_EVENTS = 250
FIRST_EVENTS = 16
"""Events in a transaction: at most, and to begin with. In between, as many as fit into a second (:class:`Pace`)."""

POLL_INTERVAL_MS = 24 * 3600 * 1000
"""How long a batch may take until the broker thinks us dead: as good as for ever. Heartbeats and work share one event
loop, so that a worker whose heart beats is alive; one that is slow, or waits for its database, must not lose its
partitions to another that would be just as slow, and begin anew each time."""
COMMIT_SECONDS = 0.2
"""How often offsets are committed while events keep coming. What a worker that dies has not committed comes again, and
the inbox knows it; at rest everything is committed."""
LAG_SECONDS = 5.0
RECONNECT_SECONDS = 1.0

Item = tuple[Record, Envelope]


class Pace:
    """How many events a transaction takes on: as many as fit into its second, judged by those before it.

    A handler that takes all of them at once cannot be stopped half-way, and a transaction that outlives its time on the
    server is rolled back, however often it is tried.
    """

    def __init__(self) -> None:
        self.events = FIRST_EVENTS

    def took(self, events: int, seconds: float) -> None:
        """So many took so long, whether or not they came to anything."""
        if seconds > CHUNK_SECONDS:
            self.events = max(1, int(events * CHUNK_SECONDS / seconds))
        elif events >= self.events:
            self.events = min(CHUNK_EVENTS, self.events * 2)


class Consumer:
    """A component of every worker that hears something."""

    name = "consumer"

    def __init__(self, topics: Sequence[str], inbox: Inbox, parked: Parked, kafka: KafkaConfig, *, group: str) -> None:
        self._topics = [kafka.topic(topic) for topic in topics]
        self._inbox = inbox
        self._parked = parked
        self._kafka = kafka
        self._group = kafka.topic_prefix + group
        self._pace = Pace()
        self._lag_told = 0.0
        self._done: dict[TopicPartition, int] = {}
        """Offsets up to which everything has had its effect, and which are still to be committed."""
        self._committed_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until told to stop; finishes the batch in hand. Waits for a broker that is away."""
        while not stop.is_set():
            consumer = self._consumer()
            try:
                await consumer.start()
                await self._consume(consumer, stop)
            except KafkaError as error:
                log.warning("consumer.kafka-unreachable", error=type(error).__name__)
                await _pause(stop, RECONNECT_SECONDS)
            finally:
                await consumer.stop()

    def _consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            *self._topics,
            **self._kafka.client_arguments(),
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_interval_ms=POLL_INTERVAL_MS,
            session_timeout_ms=15_000,
            heartbeat_interval_ms=3_000,
            fetch_max_wait_ms=500,
            metadata_max_age_ms=60_000,
        )

    async def _consume(self, consumer: AIOKafkaConsumer, stop: asyncio.Event) -> None:
        self._done.clear()
        while not stop.is_set():
            batch = await consumer.getmany(timeout_ms=500, max_records=BATCH_RECORDS)
            if batch:
                records = [self._record(record) for records in batch.values() for record in records]
                if not await self.take(records, stop):
                    break
                self._done |= {partition: records[-1].offset + 1 for partition, records in batch.items()}
            if not batch or time.monotonic() - self._committed_at > COMMIT_SECONDS:
                await self._commit(consumer)
            await self._tell_lag(consumer)
        with contextlib.suppress(TimeoutError):
            # Should the broker be away, these events come once more, and nobody waits for it.
            await asyncio.wait_for(self._commit(consumer), RECONNECT_SECONDS)

    async def take(self, records: Sequence[Record], stop: asyncio.Event) -> bool:
        """Give every record its effect, park it or bury it. False if stopped before that was so.

        Infrastructure that is away is waited for: nothing is skipped because of it.
        """
        while True:
            try:
                return await self._take(records, stop)
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                log.warning("consumer.database-unreachable", error=type(error).__name__)
                if await _pause(stop, RECONNECT_SECONDS):
                    return False

    async def _take(self, records: Sequence[Record], stop: asyncio.Event) -> bool:
        items = await self._decoded(records)
        blocked = await self._parked.blocked({queue_of(r.topic, e.key) for r, e in items}) if items else set()
        lanes: dict[int, list[Item]] = defaultdict(list)
        wide = min(LANES, 1 + len(items) // LANE_EVENTS)
        for record, envelope in items:
            queue = queue_of(record.topic, envelope.key)
            if queue in blocked:
                await self._parked.queue(record, envelope)
            else:
                lanes[zlib.crc32(queue.encode()) % wide].append((record, envelope))
        running = (self._run_lane(lane, stop) for lane in lanes.values())
        results = await asyncio.gather(*running, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return all(results)

    async def _decoded(self, records: Sequence[Record]) -> list[Item]:
        items = []
        for record in records:
            try:
                envelope = record.decode()
            except Undecodable as error:
                await self._parked.bury(record, error)
            except UnknownType as unknown:
                log.info("event.unknown-type", type=str(unknown)[:200], place=record.place)
            else:
                if self._inbox.hears(envelope, record.topic):
                    items.append((record, envelope))
        return items

    async def _run_lane(self, lane: list[Item], stop: asyncio.Event) -> bool:
        """Apply a lane's events, chunk by chunk; False if told to stop before its end."""
        failed: set[str] = set()
        while lane:
            if stop.is_set():
                return False
            lane = lane[await self._apply(lane[: self._pace.events], failed) :]
            if failed:
                lane = await self._queue_behind(failed, lane)
        return True

    async def _queue_behind(self, failed: set[str], lane: list[Item]) -> list[Item]:
        """Have what follows of a key that has failed wait behind it; returns the others."""
        others = []
        for record, envelope in lane:
            if queue_of(record.topic, envelope.key) in failed:
                await self._parked.queue(record, envelope)
            else:
                others.append((record, envelope))
        return others

    async def _apply(self, chunk: list[Item], failed: set[str]) -> int:
        began, taken = time.monotonic(), len(chunk)
        try:
            taken = await self._inbox.apply([(record.topic, envelope) for record, envelope in chunk])
        except Exception as error:
            if is_infrastructure(error):
                raise
            await self._one_by_one(chunk, failed)
        finally:
            self._pace.took(taken, time.monotonic() - began)
        return taken

    async def _one_by_one(self, chunk: list[Item], failed: set[str]) -> None:
        """Find the events that fail and add their keys to ``failed``; the others of these keys wait behind them, all
        the rest go on.
        """
        for record, envelope in chunk:
            queue = queue_of(record.topic, envelope.key)
            if queue in failed:
                await self._parked.queue(record, envelope)
                continue
            try:
                await self._inbox.apply([(record.topic, envelope)])
            except Exception as error:
                if is_infrastructure(error):
                    raise
                await self._parked.park(record, envelope, error)
                failed.add(queue)

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        """Commit what is done, of the partitions that are still ours."""
        ours = consumer.assignment()
        offsets = {partition: offset for partition, offset in self._done.items() if partition in ours}
        self._done.clear()
        self._committed_at = time.monotonic()
        if not offsets:
            return
        faultpoints.reach("consumer.before-offset-commit")
        try:
            await consumer.commit(offsets)
        except (CommitFailedError, IllegalStateError) as error:
            # The partition went to another worker meanwhile. It reads these again, and the inbox knows them.
            log.info("consumer.commit-refused", error=type(error).__name__)

    def _record(self, record: ConsumerRecord[bytes, bytes]) -> Record:
        topic = self._kafka.catalogue_topic(record.topic)
        return Record(topic, record.partition, record.offset, record.key, record.value, list(record.headers))

    async def _tell_lag(self, consumer: AIOKafkaConsumer) -> None:
        if time.monotonic() - self._lag_told < LAG_SECONDS:
            return
        self._lag_told = time.monotonic()
        for partition in consumer.assignment():
            end = consumer.highwater(partition)
            if end is not None:
                lag = max(0, end - await consumer.position(partition))
                metrics.consumer_lag(self._kafka.catalogue_topic(partition.topic), partition.partition, lag)


async def _pause(stop: asyncio.Event, seconds: float) -> bool:
    """Wait, but not past ``stop``; True if it came."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True
