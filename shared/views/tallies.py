"""Counting, without Faust, Kafka or MongoDB: what a view is, and what it has counted since it last wrote."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

import orjson

from shared.events import Event

REMEMBERED = 10_000
"""Ids remembered per partition and generation; the last one to two generations are known. Six partitions of 36-byte
ids come to some 15 MB at most."""

SHELVES = 8
"""Values per partition and bucket. A value may be 1 MiB, some 15,000 keys of the usual length, so 120,000 in all."""


class Count(NamedTuple):
    """One thing to count: under which key, when, and as what."""

    key: tuple[str, ...]
    at: datetime
    measure: str
    amount: int = 1


@dataclass(frozen=True, slots=True)
class View:
    """What is counted from which events. Lives in a service's ``streams.py``.

    ::

        TRENDING = View(
            name="trending",
            events=(ArticleViewed,),
            count=lambda view: [Count((topic, view.article_id), view.viewed_at, "views") for topic in view.topics],
            fields=("topic", "article_id"),
            bucket=timedelta(hours=1),
            keep=timedelta(days=8),
        )
    """

    name: str
    """Lower case; part of the consumer group and of the changelog's name."""
    events: tuple[type[Event], ...]
    count: Callable[[Any], Iterable[Count]]
    """Pure. Called once for each event."""
    fields: tuple[str, ...]
    """Names the parts of a key, and so the fields of the snapshot's documents."""
    bucket: timedelta
    """The step of the windows that can be asked for. A divisor of a day keeps buckets aligned to UTC days."""
    keep: timedelta
    """Buckets older than this are forgotten."""
    interval: float = 1.0
    """Seconds between writes."""
    version: int = 1
    """Raise it when ``count`` changes its meaning: everything is counted anew from what the topics still hold."""

    def start_of(self, at: datetime) -> int:
        """The start of the bucket that ``at`` falls into, in seconds since the epoch."""
        size = int(self.bucket.total_seconds())
        return int(at.timestamp()) // size * size

    def since(self, now: datetime, window: timedelta) -> datetime:
        """Where a hopping window of this length begins if it ends now: whole buckets, the present one included."""
        newest = datetime.fromtimestamp(self.start_of(now), UTC)
        return newest + self.bucket - max(window, self.bucket)


class Entry(NamedTuple):
    """One number's place. The partition is part of it: each partition's share is counted by itself, by whichever
    worker has it, and a reader adds the shares up.
    """

    partition: int
    bucket: int
    key: tuple[str, ...]


class Shelf(NamedTuple):
    """What the table holds one value for: the entries of a partition and bucket whose keys fall on this shelf.

    An entry by itself would be a record of the changelog by itself, at 0.1 ms of Faust each; a few shelves make some
    dozens of records an interval, however many keys there are.
    """

    partition: int
    bucket: int
    number: int

    @classmethod
    def of(cls, entry: Entry) -> Shelf:
        """Where ``entry`` is kept, in every process alike."""
        return cls(entry.partition, entry.bucket, zlib.crc32("\x1f".join(entry.key).encode()) % SHELVES)

    def encode(self) -> bytes:
        """The table's key. The partition comes first, so that it can be read off."""
        return b"%d,%d,%d" % self

    @classmethod
    def decode(cls, raw: bytes) -> Shelf:
        """The shelf that :meth:`encode` made ``raw`` of."""
        return cls(*map(int, raw.split(b",")))


Counts: TypeAlias = dict[tuple[str, ...], dict[str, int]]
"""What stands on a shelf: by key, by measure."""

Positions: TypeAlias = Mapping[str, int]
"""Up to which offset of each topic a partition is counted."""


class Standing(NamedTuple):
    """The table's value for a shelf. Counts and positions are one record of the changelog: a death between two records
    leaves each shelf with counts that say of themselves what is in them, so that nothing is counted into it twice.
    """

    counts: Counts
    positions: Positions

    def encode(self) -> bytes:
        """The table's value."""
        return orjson.dumps({"at": self.positions, "counts": list(self.counts.items())})

    @classmethod
    def decode(cls, raw: bytes | None) -> Standing:
        """What :meth:`encode` made ``raw`` of; nothing stands on a shelf that is not there."""
        if not raw:
            return cls({}, {})
        told = orjson.loads(raw)
        if isinstance(told, list):  # As it was written before a shelf had positions of its own.
            told = {"at": {}, "counts": told}
        return cls({tuple(key): counts for key, counts in told["counts"]}, told["at"])


class Tallies:
    """What was counted and not yet written, and how far each partition has been read."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._counts: dict[Entry, dict[str, int]] = {}
        self._positions: dict[tuple[int, str], int] = {}
        self._remembered: dict[int, _Remembered] = defaultdict(_Remembered)
        self._ahead: dict[Shelf, Positions] = {}

    def go_on(self, ahead: Mapping[Shelf, Positions]) -> None:
        """Go on from a table in which these shelves are counted further than their partitions."""
        self._ahead = dict(ahead)

    def is_new(self, partition: int, event_id: str) -> bool:
        """Whether an event of this id has not been here lately; it has from now on."""
        return self._remembered[partition].add(event_id)

    def add(self, partition: int, event: Event, oldest: int, *, topic: str, offset: int) -> None:
        """Count an event, buckets before ``oldest`` left out, and shelves on which the event at this place stands
        already. What the view's own function raises comes out.
        """
        start_of = self._view.start_of
        for key, at, measure, amount in self._view.count(event):
            bucket = start_of(at)
            if bucket < oldest:
                continue
            entry = Entry(partition, bucket, key)
            if self._ahead and offset <= self._ahead.get(Shelf.of(entry), {}).get(topic, -1):
                continue
            counts = self._counts.setdefault(entry, {})
            counts[measure] = counts.get(measure, 0) + amount

    def read_up_to(self, partition: int, topic: str, offset: int) -> None:
        """Everything of the topic's partition up to and including ``offset`` is counted."""
        self._positions[partition, topic] = offset

    def drain(self) -> tuple[Mapping[Shelf, list[tuple[Entry, dict[str, int]]]], Mapping[tuple[int, str], int]]:
        """The counts, by shelf, and the positions to be written; then begin again."""
        counts, positions = self._counts, self._positions
        self._counts, self._positions = {}, {}
        shelves = defaultdict(list)
        for entry, added in counts.items():
            shelves[Shelf.of(entry)].append((entry, added))
        return shelves, positions

    def forget(self) -> None:
        """Drop what is not written: it will be read again, by whoever has the partition then."""
        self._counts, self._positions, self._ahead = {}, {}, {}
        self._remembered.clear()


class _Remembered:
    """The newest ids, in two generations of bounded size."""

    __slots__ = ("_newer", "_older")

    def __init__(self) -> None:
        self._newer: set[str] = set()
        self._older: set[str] = set()

    def add(self, event_id: str) -> bool:
        if event_id in self._newer or event_id in self._older:
            return False
        self._newer.add(event_id)
        if len(self._newer) >= REMEMBERED:
            self._older, self._newer = self._newer, set()
        return True
