"""The inbox: every event has its effect exactly once, however often it is delivered.

The effect and the event's id are one transaction. A delivery whose id is already there does nothing; two deliveries
at once collide on the id, and the database lets one of them through.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeAlias, TypeVar

from shared import faultpoints, journeys, metrics
from shared.envelope import Envelope
from shared.events import Event
from shared.mongo import Client, Database, Session, transact
from shared.trace import entered, follow

E = TypeVar("E", bound=Event | None)

CHUNK_SECONDS = 1.0
"""A transaction takes on no further event after this long: its locks are held, and MongoDB ends it after 60 s."""


@dataclass(frozen=True, slots=True)
class Delivery(Generic[E]):
    """An event as a handler gets it. Every read and write goes through ``session``: the event's id commits with it."""

    event: E
    id: str
    key: str
    occurred_at: datetime
    session: Session
    traceparent: str | None = None
    """The journey it belongs to. A handler of one event is on it; a handler of many is on the first one's."""


Handler: TypeAlias = Callable[[Any, Delivery[Any]], Awaitable[None]]
ManyHandler: TypeAlias = Callable[[Any, Sequence[Delivery[Any]]], Awaitable[None]]
Concerns: TypeAlias = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Hearing:
    """How a handler hears its event: :func:`one` or :func:`many` at a time, and which of them."""

    handler: Callable[[Any, Any], Awaitable[None]]
    many: bool
    when: Concerns | None


def one(handler: Handler, *, when: Concerns) -> Hearing:
    """Mark ``handler`` as one that hears only events of which ``when`` is true, which must depend on nothing but the
    event. The others pass by without a transaction, as if they were not in the table: what has no effect needs no
    memory of having had it.
    """
    return Hearing(handler, many=False, when=when)


def many(handler: ManyHandler, *, when: Concerns | None = None) -> Hearing:
    """Mark ``handler`` as one that takes a run of events at once, in order, and can write them in bulk; ``when`` is as
    for :func:`one`.
    """
    return Hearing(handler, many=True, when=when)


def concerned(handler: Handler | Hearing, event: Event) -> bool:
    """Whether the handler of its type hears this event."""
    return not isinstance(handler, Hearing) or handler.when is None or handler.when(event)


Table: TypeAlias = Mapping[type[Event], Handler | Hearing]
"""Which handler hears which event: the first thing to read in a service's ``consumers.py``."""

Tombstones: TypeAlias = Mapping[str, Handler]
"""By compacted topic, the handler of "forget this key"."""


class Inbox:
    """Applies events of one service to its database."""

    def __init__(self, client: Client, database: Database, table: Table, tombstones: Tombstones, deps: Any) -> None:
        self._client = client
        self._inbox = database["inbox"]
        self._table = table
        self._tombstones = tombstones
        self._deps = deps

    def hears(self, envelope: Envelope, topic: str) -> bool:
        """Whether this service has a handler for it."""
        return self._handler(envelope, topic) is not None

    async def apply(self, items: Sequence[tuple[str, Envelope]], *, extra: ExtraWrite | None = None) -> int:
        """Apply the first events of ``items`` (topic and envelope), in order, in one transaction.

        Takes as many as fit into a second, at least one, and returns how many were taken. ``extra`` is written in
        the same transaction. What a handler raises leaves nothing written.
        """

        async def work(session: Session) -> tuple[int, list[Envelope], list[Envelope]]:
            seen = await self._seen([envelope.id for _, envelope in items], session)
            started = time.monotonic()
            taken = 0
            applied: list[Envelope] = []
            repeated: list[Envelope] = []
            for handler, run in self._runs(items):
                fresh, again = _told_apart(run, seen)
                repeated += again
                if fresh:
                    await self._handle(handler, fresh, session)
                    applied += fresh
                taken += len(run)
                if time.monotonic() - started > CHUNK_SECONDS:
                    break
            if applied:
                now = datetime.now(UTC)
                rows = [{"_id": envelope.id, "at": now, "type": envelope.type} for envelope in applied]
                await self._inbox.insert_many(rows, session=session)
            if extra:
                await extra(session)
            faultpoints.reach("consumer.in-transaction")
            return taken, applied, repeated

        faultpoints.reach("consumer.before-transaction")
        taken, applied, repeated = await transact(self._client, work)
        faultpoints.reach("consumer.after-transaction")
        now = datetime.now(UTC)
        for envelope in applied:
            metrics.event_handled(envelope.type, (now - envelope.time).total_seconds())
            journeys.heard("applied", envelope, handler=self._handler_name(envelope))
        for envelope in repeated:
            metrics.event_duplicate(envelope.type)
            journeys.heard("repeated", envelope)
        return taken

    def _handler_name(self, envelope: Envelope) -> str | None:
        """What the handler of an event is called; a tombstone's is not told apart."""
        handler = self._table.get(type(envelope.event)) if envelope.event is not None else None
        named = handler.handler if isinstance(handler, Hearing) else handler
        return getattr(named, "__name__", None)

    def _handler(self, envelope: Envelope, topic: str) -> Handler | Hearing | None:
        if envelope.event is None:
            return self._tombstones.get(topic)
        handler = self._table.get(type(envelope.event))
        return handler if handler is not None and concerned(handler, envelope.event) else None

    async def _seen(self, ids: list[str], session: Session) -> set[str]:
        return {row["_id"] async for row in self._inbox.find({"_id": {"$in": ids}}, {"_id": 1}, session=session)}

    def _runs(self, items: Sequence[tuple[str, Envelope]]) -> Iterator[tuple[Handler | Hearing, list[Envelope]]]:
        """The events in order, neighbours with the same many-handler together."""
        run: list[Envelope] = []
        of: Handler | Hearing | None = None
        for topic, envelope in items:
            handler = self._handler(envelope, topic)
            if handler is None:
                continue
            if run and not (isinstance(handler, Hearing) and handler.many and handler is of):
                assert of is not None  # noqa: S101 - a run has a handler
                yield of, run
                run = []
            of = handler
            run.append(envelope)
        if of is not None and run:
            yield of, run

    async def _handle(self, handler: Handler | Hearing, envelopes: list[Envelope], session: Session) -> None:
        deliveries = [Delivery(e.event, e.id, e.key, e.time, session, e.traceparent) for e in envelopes]
        with entered(follow(envelopes[0].traceparent)):
            if not isinstance(handler, Hearing):
                await handler(self._deps, deliveries[0])
            else:
                await handler.handler(self._deps, deliveries if handler.many else deliveries[0])


ExtraWrite: TypeAlias = Callable[[Session], Awaitable[None]]


def _told_apart(run: list[Envelope], seen: set[str]) -> tuple[list[Envelope], list[Envelope]]:
    """What is new, and what had come before; ``seen`` grows by what is new."""
    fresh: list[Envelope] = []
    again: list[Envelope] = []
    for envelope in run:
        (again if envelope.id in seen else fresh).append(envelope)
        seen.add(envelope.id)
    return fresh, again
