"""Crowds: many people at once, each changing a part of their own and all of them one whole.

A registration and the webinar's number of places taken, an answer and the survey's number of respondents: the two
change together or not at all. One transaction carries everybody who waits for the same whole at that moment, so a rush
costs a transaction every few milliseconds, not one for each that collides with all the others. The figures are in
docs/decisions.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Generic, TypeAlias, TypeVar

from pymongo import InsertOne, UpdateOne

from shared import outbox
from shared.aggregates import Aggregates
from shared.errors import Refusal, StaleWrite
from shared.events import Event
from shared.group_commit import GroupCommit
from shared.model import Aggregate
from shared.mongo import Client, Document, Session, transact
from shared.trace import current_traceparent

W = TypeVar("W", bound=Aggregate)
"""The whole."""
P = TypeVar("P", bound=Aggregate)
"""One person's part."""

Step: TypeAlias = Callable[[W, P | None], tuple[W, P, Sequence[Event]]]
"""A rule of ``model``: the whole and the part, if there is one yet, in; both as they are then, and the events, out."""


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[W, P]):
    whole_id: str
    part_id: str
    step: Step[W, P]
    at: datetime
    trace: str | None
    """The journey of who waits; the one who commits for all is on another."""


@dataclass(slots=True)
class _Part(Generic[P]):
    """A part as it stands in the course of a batch."""

    before: P | None
    now: P | None
    rows: list[outbox.Row] = field(default_factory=list)


class Crowd(Generic[W, P]):
    """The wholes of one kind and their parts.

    ``counts`` names the fields of a whole that a step may change. They leave its ``version`` alone, so that an editor's
    ETag outlives the rush; for that, every other change of a whole must come through :meth:`change_whole`.
    """

    def __init__(
        self,
        client: Client,
        wholes: Aggregates[W],
        parts: Aggregates[P],
        *,
        counts: Sequence[str],
        max_batch: int = 200,
    ) -> None:
        self._client = client
        self._wholes = wholes
        self._parts = parts
        self._counts = tuple(counts)
        self._group: GroupCommit[_Waiting[W, P], P] = GroupCommit(self._commit, max_batch=max_batch)

    async def change(self, whole_id: str, part_id: str, step: Step[W, P], *, at: datetime) -> P:
        """Let one person's step be taken, in the order of asking; returns their part, or raises what refused it."""
        return await self._group.submit(_Waiting(whole_id, part_id, step, at, current_traceparent()))

    async def change_whole(self, whole_id: str, decide: Callable[[W], tuple[W, Sequence[Event]]], *, at: datetime) -> W:
        """Load a whole, decide and save, against the counts as they are in that very moment."""

        async def work(session: Session) -> W:
            whole = await self._wholes.load(whole_id, session=session)
            changed, events = decide(whole)
            if changed is whole:
                return whole
            return await self._wholes.save(changed, events, at=at, session=session)

        return await transact(self._client, work)

    async def add(
        self, whole: W, parts: Iterable[tuple[P, Sequence[Event]]], events: Sequence[Event], *, at: datetime
    ) -> None:
        """Insert a whole that comes with its parts; raises pymongo's ``DuplicateKeyError``."""
        rows = [(part, [outbox.entry(event, at) for event in told]) for part, told in parts]
        inserts = [InsertOne(self._parts.to_document(part) | outbox.initial(*told, at=at)) for part, told in rows]

        async def work(session: Session) -> None:
            await self._wholes.add(whole, events, at=at, session=session)
            if inserts:
                await self._parts.collection.bulk_write(inserts, session=session)

        await transact(self._client, work)

    async def _commit(self, waiting: Sequence[_Waiting[W, P]]) -> list[P | BaseException]:
        """One transaction for each whole. What befalls one is told to those who wait for it and to nobody else."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, item in enumerate(waiting):
            places[item.whole_id].append(place)
        batches = [[waiting[place] for place in of_whole] for of_whole in places.values()]
        outcomes = await asyncio.gather(*map(self._transact, batches), return_exceptions=True)
        results: dict[int, P | BaseException] = {}
        for of_whole, outcome in zip(places.values(), outcomes, strict=True):
            told = [outcome] * len(of_whole) if isinstance(outcome, BaseException) else outcome
            results |= zip(of_whole, told, strict=True)
        return [results[place] for place in range(len(waiting))]

    async def _transact(self, batch: Sequence[_Waiting[W, P]]) -> list[P | BaseException]:
        return await transact(self._client, partial(self._take, batch))

    async def _take(self, batch: Sequence[_Waiting[W, P]], session: Session) -> list[P | BaseException]:
        """Take the steps one after the other, then write what has changed."""
        before = whole = await self._wholes.load(batch[0].whole_id, session=session)
        parts = await self._load(batch, session)
        results: list[P | BaseException] = []
        for item in batch:
            part = parts[item.part_id]
            try:
                whole, part.now, events = item.step(whole, part.now)
            except Refusal as refusal:
                results.append(refusal)
                continue
            part.rows += [outbox.entry(event, item.at, trace=item.trace) for event in events]
            results.append(_numbered(part.now, part.before))
        await self._write(before, whole, parts, session, at=batch[-1].at)
        return results

    async def _load(self, batch: Sequence[_Waiting[W, P]], session: Session) -> dict[str, _Part[P]]:
        ids = {item.part_id for item in batch}
        parts: dict[str, _Part[P]] = {id_: _Part(None, None) for id_ in ids}
        found = self._parts.collection.find(
            {"_id": {"$in": sorted(ids)}}, {"outbox": 0, "outbox_since": 0}, session=session
        )
        async for row in found:
            part = self._parts.from_document(row)
            parts[part.id] = _Part(part, part)
        return parts

    async def _write(self, before: W, after: W, parts: dict[str, _Part[P]], session: Session, *, at: datetime) -> None:
        changes = [
            self._change(part, part.now, at) for part in parts.values() if part.now and part.now is not part.before
        ]
        if not changes:
            return
        # The transaction would abort if anybody else had written the whole since; the condition says it once more.
        unchanged = {name: getattr(before, name) for name in ("version", *self._counts)}
        counted = {name: getattr(after, name) for name in self._counts}
        result = await self._wholes.collection.update_one(
            {"_id": before.id, **unchanged}, {"$set": counted}, session=session
        )
        written = await self._parts.collection.bulk_write(changes, session=session)
        if result.matched_count + written.matched_count + written.inserted_count != 1 + len(changes):
            raise StaleWrite("Somebody else changed it in the meantime. Try again.")

    def _change(self, part: _Part[P], now: P, at: datetime) -> InsertOne[Document] | UpdateOne:
        document = self._parts.to_document(now)
        if part.before is None:
            return InsertOne(document | outbox.initial(*part.rows, at=at))
        del document["_id"]
        document["version"] = part.before.version + 1
        mine = {"_id": now.id, "version": part.before.version}
        return UpdateOne(mine, {"$set": document} | outbox.push(*part.rows))


def _numbered(now: P, before: P | None) -> P:
    """The part with the version it is about to have."""
    if before is None or now is before:
        return now
    return now.model_copy(update={"version": before.version + 1})
