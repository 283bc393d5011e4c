"""Runs a view inside a worker: starts Faust, writes once an interval, starts again after a crash, drains at the end."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeVar

import orjson
import structlog
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from shared import metrics
from shared.clock import Clock
from shared.envelope import Undecodable, UnknownType, decode
from shared.kafka import KafkaConfig
from shared.mongo import Collection
from shared.views import snapshot
from shared.views.faust_app import application, hear, table_of
from shared.views.memory import counted_lately
from shared.views.tallies import REMEMBERED, Entry, Positions, Shelf, Standing, Tallies, View

log = structlog.get_logger(__name__)

POSITION = -1
"""Stands where a shelf has its bucket: such a key holds how far each topic of the partition is counted."""

LARGEST_VALUE = 900_000
"""Bytes. Kafka takes no record above 1 MiB."""

RESTART_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Waiting before the next start, after one failure, two, and so on: Kafka may be away for long."""

PRUNE_EVERY = 60
"""Intervals between two looks for what has grown too old."""

PUBLISHED_AT_ONCE = 2_000

T = TypeVar("T")


class ViewComponent:
    """A component of a worker: counts ``view`` and shows it in ``collection``."""

    def __init__(self, view: View, *, service: str, kafka: KafkaConfig, collection: Collection, clock: Clock) -> None:
        self.name = f"view-{view.name}"
        self.ready = False
        """Whether it counts at the moment, that is: has its partitions and has restored their table."""
        self._view = view
        self._service = service
        self._kafka = kafka
        self._collection = collection
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Count until told to stop."""
        failures = 0
        while not stop.is_set():
            counting = _Counting(self._view, self._service, self._kafka, self._collection, self._clock)
            try:
                await counting.start()
                while not stop.is_set() and not counting.crashed:
                    await _pause(stop, self._view.interval)
                    await counting.write()
                    self.ready = counting.ready
                    failures = 0 if self.ready else failures
            except Exception as error:
                log.warning("view.failed", view=self._view.name, error=type(error).__name__, exc_info=error)
            finally:
                self.ready = False
                await counting.close()
            if not stop.is_set():
                metrics.component_crashed(self.name)
                await _pause(stop, RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)])
                failures += 1


class _Counting:
    """One life of the Faust application, from its start to its crash or end."""

    def __init__(self, view: View, service: str, kafka: KafkaConfig, collection: Collection, clock: Clock) -> None:
        self._view = view
        self._kafka = kafka
        self._collection = collection
        self._clock = clock
        self._types = {event.type.encode() for event in view.events}
        self._tallies = Tallies(view)
        self._held: list[Any] = []
        self._outcomes: Counter[str] = Counter()
        self._read: dict[tuple[int, str], int] = {}
        self._changed: dict[Entry, Mapping[str, int]] = {}
        self._gone: dict[Entry, None] = {}
        self._assigned: set[int] = set()
        self._restored = False
        self._rounds = 0
        self._app = application(service, view, kafka)
        self._table = table_of(self._app, view)
        self._table.on_recover(self._on_restored)
        self._app.on_partitions_revoked.connect(self._on_revoked, weak=False)
        self._app.on_partitions_assigned.connect(self._on_assigned, weak=False)
        hear(self._app, view, kafka, self._take)

    @property
    def crashed(self) -> bool:
        """Whether Faust has given up."""
        return bool(self._app.crashed)

    @property
    def ready(self) -> bool:
        """Whether the table is restored and may be written."""
        return self._restored and not self._app.in_recovery and not self._app.rebalancing

    async def start(self) -> None:
        """Join the group. The table is restored in the background."""
        await self._app.start()

    async def close(self) -> None:
        """Write what was counted, acknowledge it and leave the group."""
        with contextlib.suppress(Exception):  # What was not written will be read again.
            if not self.crashed:
                await self.write()
        try:
            await self._app.stop()
        except Exception as error:  # noqa: BLE001 - it is going away in any case
            log.warning("view.stop-failed", view=self._view.name, error=type(error).__name__)

    async def _on_revoked(self, *_: Any, **__: Any) -> None:
        """Whoever gets the partitions reads on from the table; what is not in it must not be written any more."""
        self._restored = False
        self._tallies.forget()
        self._held.clear()
        self._read.clear()
        self._changed.clear()
        self._gone.clear()

    async def _on_assigned(self, *args: Any, **_: Any) -> None:
        assigned = args[-1]
        self._assigned = {tp.partition for tp in assigned}
        self._restored = False

    async def _on_restored(self) -> None:
        """Show everything: the snapshot may be older than the table, or gone. Records come after this has returned."""
        await self._remember()
        self._restored = True
        ahead: dict[Shelf, Positions] = {}
        for raw, value in self._table.items():
            shelf = Shelf.decode(raw)
            if shelf.partition not in self._assigned or shelf.bucket == POSITION:
                continue
            standing = Standing.decode(value)
            for key, counts in standing.counts.items():
                self._changed[Entry(shelf.partition, shelf.bucket, key)] = counts
            counted = self._positions(shelf.partition)
            if any(offset > counted.get(topic, -1) for topic, offset in standing.positions.items()):
                ahead[shelf] = standing.positions
        self._tallies.go_on(ahead)

    async def _remember(self) -> None:
        """Know again what was counted last, so that a repetition of it is not counted by this life."""
        counted = {(each, topic): at for each in self._assigned for topic, at in self._positions(each).items()}
        try:
            async for partition, event_id in counted_lately(self._kafka, counted, REMEMBERED):
                self._tallies.is_new(partition, event_id)
        except KafkaError as error:
            # Better to count, and a repetition twice, than not to count.
            log.warning("view.memory-lost", view=self._view.name, error=type(error).__name__)

    async def _take(self, batch: Any) -> None:
        records, oldest = batch.message.value, self._oldest()
        for record in records:
            self._count(record, oldest)
        self._tallies.read_up_to(records[-1].partition, records[-1].topic, records[-1].offset)
        self._read[records[-1].partition, records[-1].topic] = records[-1].offset
        batch.message.value = None  # The records are done with; only the offset is still to be acknowledged.
        self._held.append(batch)

    def _count(self, record: Any, oldest: int) -> None:
        kind = next((value for name, value in record.headers if name == "ce_type"), None)
        if kind not in self._types or record.offset <= self._position(record.partition, record.topic):
            return
        try:
            topic = self._kafka.catalogue_topic(record.topic)
            envelope = decode(topic, record.key, record.value, record.headers, place="")
            if envelope.event is None or not self._tallies.is_new(record.partition, envelope.id):
                self._outcomes["repeated"] += 1
                return
            self._tallies.add(record.partition, envelope.event, oldest, topic=record.topic, offset=record.offset)
        except (Undecodable, UnknownType):
            self._outcomes["undecodable"] += 1
        except Exception as error:  # noqa: BLE001 - one event must not stop the others; the view shows less by it
            self._outcomes["failed"] += 1
            log.warning("view.count-failed", view=self._view.name, offset=record.offset, error=type(error).__name__)
        else:
            self._outcomes["counted"] += 1

    def _position(self, partition: int, topic: str) -> int:
        """The newest offset that is counted, from this life or, at its beginning, from the table."""
        known = self._read.get((partition, topic))
        if known is None:
            known = self._read[partition, topic] = self._positions(partition).get(topic, -1)
        return known

    def _positions(self, partition: int) -> dict[str, int]:
        saved = self._table.get(Shelf(partition, POSITION, 0).encode())
        positions: dict[str, int] = orjson.loads(saved) if saved else {}
        return positions

    async def write(self) -> None:
        """Write the table, acknowledge what it now holds, and show what changed."""
        if not self.ready:
            return
        self._write_table()
        self._rounds += 1
        if self._rounds % PRUNE_EVERY == 0:
            self._prune()
        await self._show()

    def _write_table(self) -> None:
        """All at once, without letting anything else run: counts, then positions, then acknowledgements.

        The records of the changelog leave one by one all the same, and a death may come between any two of them.
        """
        shelves, read = self._tallies.drain()
        positions: dict[int, dict[str, int]] = {}
        for (partition, topic), offset in read.items():
            positions.setdefault(partition, dict(self._positions(partition)))[topic] = offset
        for shelf, entries in shelves.items():
            self._write_shelf(shelf, entries, positions[shelf.partition])
        for partition, counted in positions.items():
            self._table[Shelf(partition, POSITION, 0).encode()] = orjson.dumps(counted)
        for batch in self._held:
            batch.ack()
        self._held.clear()
        self._tell()

    def _write_shelf(self, shelf: Shelf, entries: list[tuple[Entry, dict[str, int]]], counted: Positions) -> None:
        key = shelf.encode()
        standing = Standing.decode(self._table.get(key)).counts
        for entry, added in entries:
            counts = standing.setdefault(entry.key, {})
            for measure, amount in added.items():
                counts[measure] = counts.get(measure, 0) + amount
            self._changed[entry] = counts
        value = Standing(standing, counted).encode()
        if len(value) > LARGEST_VALUE:
            log.error("view.too-many-keys", view=self._view.name, keys=len(standing), bucket=shelf.bucket)
            return
        self._table[key] = value

    def _tell(self) -> None:
        for outcome, count in self._outcomes.items():
            metrics.view_records(self._view.name, outcome, count)
        self._outcomes.clear()
        metrics.view_lag(self._view.name, self._lag())

    def _lag(self) -> int:
        consumer = self._app.consumer
        behind = 0
        for tp in consumer.assignment():
            end, read = consumer.highwater(tp), self._read.get((tp.partition, tp.topic))
            if end is not None and read is not None:
                behind += max(0, end - 1 - read)
        return behind

    def _prune(self) -> None:
        oldest = self._oldest()
        for raw, value in list(self._table.items()):
            shelf = Shelf.decode(raw)
            if POSITION < shelf.bucket < oldest and shelf.partition in self._assigned:
                entries = [Entry(shelf.partition, shelf.bucket, key) for key in Standing.decode(value).counts]
                self._gone.update(dict.fromkeys(entries))
                for entry in entries:
                    self._changed.pop(entry, None)
                del self._table[raw]

    def _oldest(self) -> int:
        return self._view.start_of(self._clock.now() - self._view.keep)

    async def _show(self) -> None:
        """The snapshot follows the table; while MongoDB is away it falls behind and catches up."""
        while self._changed or self._gone:
            changed, gone = _some(self._changed), _some(self._gone)
            try:
                await snapshot.publish(self._collection, self._view, changed, gone)
            except PyMongoError as error:
                log.warning("view.snapshot-delayed", view=self._view.name, error=type(error).__name__)
                self._changed = {**changed, **self._changed}
                self._gone = {**gone, **self._gone}
                return


def _some(waiting: dict[Entry, T]) -> dict[Entry, T]:
    """Take out as many as one bulk write holds."""
    return dict(waiting.popitem() for _ in range(min(len(waiting), PUBLISHED_AT_ONCE)))


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
