"""Load, decide, save: one aggregate is one document, and its events leave in the same write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Generic, TypeAlias, TypeVar

from shared import outbox
from shared.errors import Refusal, StaleWrite
from shared.events import Event
from shared.model import Aggregate
from shared.mongo import Collection, Document, Session

A = TypeVar("A", bound=Aggregate)

Decision: TypeAlias = Callable[[A], tuple[A, Sequence[Event | outbox.Row]]]
"""What a rule of ``model.py`` looks like from here: the aggregate in, the changed one and its events out."""


class Aggregates(Generic[A]):
    """The aggregates of one kind, each a document of ``collection``.

    ``missing`` makes the refusal for an id that is not there. Times of events default to the moment of saving.
    """

    def __init__(self, collection: Collection, kind: type[A], *, missing: Callable[[str], Refusal]) -> None:
        self.collection = collection
        self._kind = kind
        self._missing = missing

    async def find(self, id: str, *, session: Session | None = None) -> A | None:
        """The aggregate, or None."""
        document = await self.collection.find_one({"_id": id}, {"outbox": 0, "outbox_since": 0}, session=session)
        return self.from_document(document) if document else None

    async def load(self, id: str, *, session: Session | None = None) -> A:
        """The aggregate; raises the refusal given as ``missing``."""
        aggregate = await self.find(id, session=session)
        if aggregate is None:
            raise self._missing(id)
        return aggregate

    async def add(
        self,
        aggregate: A,
        events: Iterable[Event | outbox.Row] = (),
        *,
        at: datetime | None = None,
        session: Session | None = None,
    ) -> None:
        """Insert a new aggregate with its events; raises pymongo's ``DuplicateKeyError``."""
        await self.collection.insert_one(self.new_document(aggregate, events, at=at), session=session)

    def new_document(
        self, aggregate: A, events: Iterable[Event | outbox.Row] = (), *, at: datetime | None = None
    ) -> Document:
        """The document of a new aggregate, its events in its outbox."""
        at = at or datetime.now(UTC)
        return self.to_document(aggregate) | outbox.initial(*_rows(events, at), at=at)

    async def save(
        self,
        aggregate: A,
        events: Iterable[Event | outbox.Row] = (),
        *,
        at: datetime | None = None,
        session: Session | None = None,
    ) -> A:
        """Write the changed aggregate with its events, if nobody has changed it since it was loaded.

        Returns it with its new version; raises :class:`~shared.errors.StaleWrite`.
        """
        fields = self.to_document(aggregate)
        fields.pop("_id")
        fields["version"] = aggregate.version + 1
        change = {"$set": fields} | outbox.push(*_rows(events, at or datetime.now(UTC)))
        result = await self.collection.update_one(
            {"_id": aggregate.id, "version": aggregate.version}, change, session=session
        )
        if result.matched_count == 0:
            raise StaleWrite("Load it again, and repeat your change on what you then see.")
        return aggregate.model_copy(update={"version": aggregate.version + 1})

    async def change(
        self,
        id: str,
        decide: Decision[A],
        *,
        at: datetime | None = None,
        session: Session | None = None,
        tries: int = 8,
    ) -> A:
        """Load, decide and save; after a lost race again, up to ``tries`` times.

        A decision that returns the very aggregate it was given, without events, writes nothing.
        """
        for attempt in range(tries):
            aggregate = await self.load(id, session=session)
            changed, events = decide(aggregate)
            if changed is aggregate and not events:
                return aggregate
            try:
                return await self.save(changed, events, at=at, session=session)
            except StaleWrite:
                if attempt == tries - 1 or session is not None:
                    raise
        raise AssertionError("unreachable: tries is at least one")

    def to_document(self, aggregate: A) -> Document:
        """The aggregate as MongoDB keeps it."""
        document = aggregate.model_dump(mode="python")
        document["_id"] = document.pop("id")
        return document

    def from_document(self, document: Document) -> A:
        """The aggregate from what MongoDB kept."""
        fields = {name: value for name, value in document.items() if name not in {"outbox", "outbox_since"}}
        fields["id"] = fields.pop("_id")
        return self._kind.model_validate(fields)


def _rows(events: Iterable[Event | outbox.Row], at: datetime) -> list[outbox.Row]:
    return [outbox.entry(event, at) if isinstance(event, Event) else event for event in events]
