"""The meters: one document per reader and window, decided in one atomic write (:mod:`.decisions`).

Requests that wait at the same moment share one write and one read (group commit).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pymongo import UpdateOne
from pymongo.errors import AutoReconnect, BulkWriteError, OperationFailure, WriteConcernError

from services.metering.model.access import Counted, Meter, merged
from services.metering.model.policies import Window
from services.metering.store.decisions import Ask
from shared import outbox
from shared.events.metering import WalledReaderJoined
from shared.group_commit import GroupCommit
from shared.ids import derived_id
from shared.mongo import DUPLICATE_KEY, Database, Document, Session

WRITE_CONCERN = {"w": "majority", "j": True, "wtimeout": 10_000}
TRIES = 3


class Kept(NamedTuple):
    """One meter, for comparing it with the log."""

    reader_id: str
    window: str
    articles: tuple[Counted, ...]
    waiting: frozenset[str]
    """The ids of the events that are still to be said."""


class Meters:
    """All readers' meters."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._meters = database["meters"]
        self._group: GroupCommit[Ask, Meter] = GroupCommit(self._decide, max_batch=200, lanes=2)

    async def decide(self, ask: Ask) -> Meter:
        """Count the article if there is room, note the wall if there is none; returns the meter afterwards."""
        return await self._group.submit(ask)

    async def find(self, reader_id: str, window: Window) -> Meter:
        """A reader's meter in a window."""
        return _meter(await self._meters.find_one({"_id": f"{reader_id}|{window.name}"}, {"articles": 1}))

    async def count_given(self, asks: Sequence[Ask], session: Session) -> None:
        """Count what was already given."""
        if asks:
            await self._update([ask.statement() for ask in asks], session=session)

    async def merge(self, reader_id: str, member: str, linked_at: datetime, session: Session) -> None:
        """Unite what an anonymous reader read with what a member did. Doing so twice changes nothing."""
        async for document in self._meters.find({"reader_id": reader_id}, session=session):
            target = f"{member}|{document['window']}"
            existing = await self._meters.find_one({"_id": target}, {"articles": 1}, session=session)
            union = merged(_meter(existing).articles, _meter(document).articles, linked_at)
            change = {
                "$set": {"reader_id": member, "window": document["window"], "articles": _rows(union)},
                "$max": {"expires_at": document["expires_at"]},
            }
            await self._meters.update_one({"_id": target}, change, upsert=True, session=session)

    async def tell_of_joining(self, reader_id: str, joined_at: datetime, session: Session) -> None:
        """Say at which article a reader who has joined met the wall last, if they ever did."""
        walls = self._meters.find({"reader_id": reader_id}, {"walls": 1}, session=session)
        met = [(wall["at"], wall, document["_id"]) async for document in walls for wall in document.get("walls", ())]
        if not met:
            return
        _, wall, meter_id = max(met, key=lambda place: place[0])
        event = WalledReaderJoined(
            reader_id=reader_id,
            article_id=wall["id"],
            topics=tuple(wall["topics"]),
            regions=tuple(wall["regions"]),
            joined_at=joined_at,
        )
        row = outbox.entry(event, joined_at, id=derived_id(event.type, reader_id))
        await self._meters.update_one({"_id": meter_id}, outbox.push(row), session=session)

    async def everything(self) -> AsyncIterator[Kept]:
        """All meters of all readers and windows, for comparing them with the log."""
        async for document in self._meters.find({}, {"reader_id": 1, "window": 1, "articles": 1, "outbox.id": 1}):
            waiting = frozenset(row["id"] for row in document.get("outbox", ()))
            yield Kept(document["reader_id"], document["window"], _meter(document).articles, waiting)

    async def restore(self, lost: Mapping[tuple[str, str], Iterable[Counted]], expires_at: datetime) -> None:
        """Put back what the log tells, and leave the rest of each meter alone. Walls, which are only remembered to say
        so once, are not put back.
        """
        writes = [
            UpdateOne({"_id": f"{reader}|{window}"}, _put_back(reader, window, articles, expires_at), upsert=True)
            for (reader, window), articles in lost.items()
        ]
        if writes:
            await self._meters.bulk_write(writes, ordered=False)

    async def _decide(self, asks: Sequence[Ask]) -> Sequence[Meter]:
        """One statement for each reader and article; who asks for the same at the same moment gets the same answer."""
        if len(asks) == 1:
            return [await self._decide_alone(asks[0])]
        first = {(ask.meter_id, ask.article.id): ask for ask in reversed(asks)}
        await self._update([ask.statement() for ask in reversed(first.values())])
        found = self._meters.find({"_id": {"$in": list({ask.meter_id for ask in asks})}}, {"articles": 1})
        meters = {document["_id"]: _meter(document) async for document in found}
        return [meters[ask.meter_id] for ask in asks]

    async def _decide_alone(self, ask: Ask) -> Meter:
        """As for many, in one round trip. What may have been done is done again without harm."""
        for left in reversed(range(TRIES)):
            try:
                answer = await self._database.command(
                    {**ask.command(self._meters.name), "writeConcern": WRITE_CONCERN},
                    codec_options=self._database.codec_options,
                )
            except AutoReconnect:
                if not left:
                    raise
            except OperationFailure as failure:
                # Another process has made the same document in this moment.
                if failure.code != DUPLICATE_KEY or not left:
                    raise
            else:
                _insist_on_majority(answer)
                return _meter(answer["value"])
        raise AssertionError("unreachable: the last try returns or raises")

    async def _update(self, statements: list[Document], session: Session | None = None) -> None:
        """Run the statements. What may have been done is done again without harm: a counted article is known."""
        for left in reversed(range(TRIES)):
            try:
                statements = await self._run(statements, session)
            except AutoReconnect:
                if session is not None or not left:
                    raise
            if not statements:
                return
        raise BulkWriteError({"writeErrors": [{"errmsg": "another process made the same meters, again and again"}]})

    async def _run(self, statements: list[Document], session: Session | None) -> list[Document]:
        """Run the statements once; returns those that collided with another process making the same document."""
        command: Document = {"update": self._meters.name, "updates": statements, "ordered": False}
        if session is None:
            command["writeConcern"] = WRITE_CONCERN
        answer = await self._database.command(command, session=session)
        _insist_on_majority(answer)
        failures: list[dict[str, Any]] = answer.get("writeErrors", [])
        if any(failure["code"] != DUPLICATE_KEY for failure in failures):
            raise BulkWriteError({"writeErrors": failures})
        return [statements[failure["index"]] for failure in failures]


def _insist_on_majority(answer: Mapping[str, Any]) -> None:
    if "writeConcernError" in answer:
        concern = answer["writeConcernError"]
        raise WriteConcernError(concern["errmsg"], concern["code"], concern)


def _put_back(reader: str, window: str, articles: Iterable[Counted], expires_at: datetime) -> list[Document]:
    rows = _rows(articles)
    kept = {"$ifNull": ["$articles", []]}
    others = {"$filter": {"input": kept, "cond": {"$not": [{"$in": ["$$this.id", [row["id"] for row in rows]]}]}}}
    return [
        {
            "$set": {
                "reader_id": {"$literal": reader},
                "window": {"$literal": window},
                "articles": {
                    "$sortArray": {
                        "input": {"$concatArrays": [others, {"$literal": rows}]},
                        "sortBy": {"at": 1, "id": 1},
                    }
                },
                "expires_at": {"$max": ["$expires_at", expires_at]},
            }
        }
    ]


def _meter(document: Mapping[str, Any] | None) -> Meter:
    rows = (document or {}).get("articles", ())
    return Meter(tuple(Counted(row["id"], row["at"], row.get("event", "")) for row in rows))


def _rows(articles: Iterable[Counted]) -> list[Document]:
    return [counted._asdict() for counted in articles]
