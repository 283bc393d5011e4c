"""Processes that break a promise on purpose, so that the checker can be seen to find it out.

Started instead of a service's own program, which knows nothing of this::

    python -m ops.faults.sabotage witness worker no-inbox

A sabotage changes the plumbing of this one process before the service begins.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

from ops.faults.houses import service

SLOW_SECONDS = 0.5
BUG = "bug-"
"""How the ids of events begin that a handler with a bug cannot digest."""


class HandlerBug(Exception):  # noqa: N818 - what it is
    """What a handler with a bug raises."""


def no_inbox() -> None:
    """Events are applied as often as they come: nothing is looked up, and what is noted stands in nobody's way."""
    from shared import inbox  # noqa: PLC0415
    from shared.ids import new_id  # noqa: PLC0415

    begin = inbox.Inbox.__init__

    def begin_without(self: Any, *arguments: Any) -> None:
        begin(self, *arguments)
        self._inbox = _Nameless(self._inbox, new_id)

    async def nothing(_self: Any, _ids: Any, _session: Any) -> set[str]:
        return set()

    setattr(inbox.Inbox, "__init__", begin_without)  # noqa: B010 - as a value: what it is has been promised to the type checker
    setattr(inbox.Inbox, "_seen", nothing)  # noqa: B010
    setattr(inbox, "_told_apart", lambda run, _seen: (list(run), []))  # noqa: B010


class _Nameless:
    """An inbox collection whose rows collide with none."""

    def __init__(self, collection: Any, new_id: Callable[[], str]) -> None:
        self._collection = collection
        self._new_id = new_id

    async def insert_many(self, rows: list[dict[str, Any]], *, session: Any) -> None:
        renamed = [{**row, "_id": self._new_id()} for row in rows]
        await self._collection.insert_many(renamed, session=session)


def early_commit() -> None:
    """Offsets are committed before the effects: what a death interrupts is never read again."""
    from shared import faultpoints  # noqa: PLC0415
    from shared.consumer import Consumer  # noqa: PLC0415

    async def consume(self: Consumer, consumer: Any, stop: asyncio.Event) -> None:
        while not stop.is_set():
            batch = await consumer.getmany(timeout_ms=500, max_records=500)
            if batch:
                self._done |= {partition: records[-1].offset + 1 for partition, records in batch.items()}
                await self._commit(consumer)
                faultpoints.reach("sabotage.after-early-commit")
                records = [self._record(record) for records in batch.values() for record in records]
                await self.take(records, stop)

    Consumer._consume = consume  # type: ignore[method-assign]  # noqa: SLF001


def events_apart() -> None:
    """Comments are written first and their events afterwards: what dies in between has changed and never says so."""
    from services.community.store import CommentStore  # noqa: PLC0415
    from shared import faultpoints  # noqa: PLC0415

    add = CommentStore.add

    async def add_apart(self: Any, aggregate: Any, events: Any = (), *, at: Any = None, session: Any = None) -> None:
        await add(self, aggregate, (), at=at, session=session)
        faultpoints.reach("sabotage.between-state-and-events")
        await self.save(aggregate, events, at=at, session=session)

    CommentStore.add = add_apart  # type: ignore[method-assign]


def handler_bug() -> None:
    """Handlers raise at some events, until the bug is mended."""
    _before_each(lambda envelope: _raise(envelope.id) if envelope.id.startswith(BUG) else None)


def _raise(event_id: str) -> None:
    raise HandlerBug(f"cannot digest {event_id}")


def slow() -> None:
    """Every event takes half a second."""
    from shared.inbox import Inbox  # noqa: PLC0415

    handle = Inbox._handle  # noqa: SLF001

    async def handle_slowly(self: Inbox, handler: Any, envelopes: list[Any], session: Any) -> None:
        await asyncio.sleep(SLOW_SECONDS * len(envelopes))
        await handle(self, handler, envelopes, session)

    Inbox._handle = handle_slowly  # type: ignore[method-assign]  # noqa: SLF001


def _before_each(look: Callable[[Any], None]) -> None:
    from shared.inbox import Inbox  # noqa: PLC0415

    handle = Inbox._handle  # noqa: SLF001

    async def look_first(self: Inbox, handler: Any, envelopes: list[Any], session: Any) -> None:
        for envelope in envelopes:
            look(envelope)
        await handle(self, handler, envelopes, session)

    Inbox._handle = look_first  # type: ignore[method-assign]  # noqa: SLF001


SABOTAGES: dict[str, Callable[[], None]] = {
    "no-inbox": no_inbox,
    "early-commit": early_commit,
    "events-apart": events_apart,
    "handler-bug": handler_bug,
    "slow": slow,
}


def main() -> None:
    """Sabotage, then be the service."""
    house, role, sabotage = sys.argv[1:]
    SABOTAGES[sabotage]()
    service(house).main([role])


if __name__ == "__main__":
    main()
