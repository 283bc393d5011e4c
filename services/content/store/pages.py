"""Items as readers find them: by slug, in lists, by relation. Drafts only at the desk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Any, Literal, get_args

from pymongo import DESCENDING

from services.content.model.articles import State
from services.content.model.lists import Filters, Order, Place
from services.content.model.published import Card, DeskCard, Published, Signpost
from shared.group_commit import GroupCommit
from shared.mongo import Database, Document

MOST_SIGNPOSTS = 10_000
"""Slugs remembered at once, at some 500 bytes each."""

_CARD_FIELDS = (
    *("kind", "title", "lead", "byline", "topics", "regions", "country", "sector", "organisation"),
    *("series", "language", "exempt"),
)
CARD: Document = {
    **dict.fromkeys(("slug", "state", "published_at", "comments", "saved_at", "live.updated_at"), 1),
    **{f"live.content.{field}": 1 for field in _CARD_FIELDS},
    "live.prose.reading.minutes": 1,
}
_DESK_CARD: Document = {
    **CARD,
    **{f"content.{field}": 1 for field in _CARD_FIELDS},
    **dict.fromkeys(("version", "author_id", "revision", "approval.revision", "live.revision", "scheduled_for"), 1),
}


class PageStore:
    """Reads items for readers. A signpost is believed for ``signpost_seconds``, unless it changes here before that."""

    def __init__(self, database: Database, *, signpost_seconds: float = 0.0) -> None:
        self._collection = database["articles"]
        self._asked_together: GroupCommit[str, Signpost | None] = GroupCommit(self._signposts, max_batch=100, lanes=4)
        self._seconds = signpost_seconds
        self._believed: dict[str, tuple[float, Signpost]] = {}
        self._changes = 0

    async def signpost(self, slug: str) -> Signpost | None:
        """Where this slug, present or former, leads. The one query of a reader's visit.

        Readers who come within a moment share it: alone it is half of the processor time of a visit.
        """
        now, changes = time.monotonic(), self._changes
        until, believed = self._believed.get(slug, (0.0, None))
        if believed is not None and now < until:
            return believed
        found = await self._asked_together.submit(slug)
        if found is not None and self._seconds and changes == self._changes:
            if len(self._believed) >= MOST_SIGNPOSTS:
                self._believed.clear()
            self._believed[slug] = (now + self._seconds, found)
        return found

    def forget_signposts(self) -> None:
        """Some item has changed, and perhaps what its slugs lead to."""
        self._changes += 1
        self._believed.clear()

    async def _signposts(self, slugs: Sequence[str]) -> Sequence[Signpost | None]:
        fields = {"slug": 1, "slugs": 1, "state": 1, "edition": 1, "comments": 1}
        found: dict[str, Signpost] = {}
        async for row in self._collection.find({"slugs": {"$in": list(set(slugs))}}, fields):
            signpost = Signpost(row["_id"], row["slug"], row["state"], row["edition"], row.get("comments", 0))
            found.update(dict.fromkeys(row["slugs"], signpost))
        return [found.get(slug) for slug in slugs]

    async def published(self, article_id: str) -> Published | None:
        """The item in full, as it was last published; None if it is not published now."""
        row = await self._collection.find_one(
            {"_id": article_id, "state": "published"},
            {"slug": 1, "slugs": 1, "edition": 1, "published_at": 1, "live": 1},
        )
        return Published.model_validate({**row, "id": row["_id"]}) if row else None

    async def newest(
        self, filters: Filters, *, order: Order = "newest", after: Place | None = None, limit: int
    ) -> list[Card]:
        """Published items in the order of their publication."""
        return [
            card_of(row)
            async for row in self._collection.find(*self.newest_query(filters, order, after))
            .sort(sorting(order))
            .limit(limit)
        ]

    @staticmethod
    def newest_query(filters: Filters, order: Order, after: Place | None) -> tuple[Document, Document]:
        """The query of :meth:`newest`, so that a test can ask MongoDB how it is answered."""
        conditions = conditions_of(filters)
        if after is not None:
            beyond, up_to = ("$lt", "$lte") if order == "newest" else ("$gt", "$gte")
            # The first condition alone bounds the walk through the index; the second leaves out what was shown.
            conditions += [
                {"published_at": {up_to: after.at}},
                {"$or": [{"published_at": {beyond: after.at}}, {"_id": {beyond: after.id}}]},
            ]
        return {"$and": conditions}, CARD

    async def desk(
        self, state: State, *, author_id: str | None = None, after: Place | None, limit: int
    ) -> list[DeskCard]:
        """Items in this state, published or not, everybody's or one author's, the last saved first. For editors."""
        query = self.desk_query(state, author_id, after)
        cursor = self._collection.find(query, _DESK_CARD).sort([("saved_at", DESCENDING), ("_id", DESCENDING)])
        return [_desk_card(row) async for row in cursor.limit(limit)]

    @staticmethod
    def desk_query(state: State, author_id: str | None, after: Place | None) -> Document:
        """The query of :meth:`desk`."""
        query: Document = {"state": state}
        if author_id is not None:
            query["author_id"] = author_id
        if after is not None:
            query |= {
                "saved_at": {"$lte": after.at},
                "$or": [{"saved_at": {"$lt": after.at}}, {"_id": {"$lt": after.id}}],
            }
        return query

    async def desk_counts(self, author_id: str | None) -> dict[State, int]:
        """How many items there are in each state."""
        states = get_args(State)
        whose = {} if author_id is None else {"author_id": author_id}
        counts = await asyncio.gather(
            *(self._collection.count_documents({**whose, "state": state}) for state in states)
        )
        return dict(zip(states, counts, strict=True))

    async def cards(self, ids: Iterable[str]) -> dict[str, Card]:
        """The published ones among these, by id."""
        query = {"_id": {"$in": list(ids)}, "state": "published"}
        return {row["_id"]: card_of(row) async for row in self._collection.find(query, CARD)}

    async def sharing(self, field: Literal["topics", "regions"], values: Sequence[str], *, limit: int) -> list[Card]:
        """The newest published items that have one of ``values``."""
        query = {"state": "published", f"live.content.{field}": {"$in": list(values)}}
        return [card_of(row) async for row in self._collection.find(query, CARD).sort(sorting("newest")).limit(limit)]


def sorting(order: Order) -> list[tuple[str, int]]:
    """By publication."""
    direction = DESCENDING if order == "newest" else -DESCENDING
    return [("published_at", direction), ("_id", direction)]


def conditions_of(filters: Filters) -> list[Document]:
    """What a published item must be."""
    fields = {
        "live.content.topics": filters.topic,
        "live.content.regions": filters.region,
        "live.content.country": filters.country,
        "live.content.kind": filters.kind,
        "live.content.series": filters.series,
    }
    conditions: list[Document] = [{"state": "published"}]
    conditions += [{field: value} for field, value in fields.items() if value is not None]
    if filters.since is not None:
        conditions.append({"published_at": {"$gte": filters.since}})
    if filters.until is not None:
        conditions.append({"published_at": {"$lt": filters.until}})
    return conditions


def card_of(row: Document) -> Card:
    """The item in a list, of a row with the fields of :data:`CARD`."""
    return Card.model_validate({**_common(row), **row["live"]["content"], "updated_at": row["live"]["updated_at"]})


def _desk_card(row: Document) -> DeskCard:
    revision = row["revision"]
    return DeskCard.model_validate(
        {
            **_common(row),
            **row["content"],
            "updated_at": row["saved_at"],
            "version": row["version"],
            "author_id": row["author_id"],
            "revision": revision,
            "approved": (row.get("approval") or {}).get("revision") == revision,
            "changed": (row.get("live") or {}).get("revision") != revision,
            "scheduled_for": row.get("scheduled_for"),
        }
    )


def _common(row: Document) -> Document:
    live: dict[str, Any] = row.get("live") or {}
    return {
        "id": row["_id"],
        "slug": row["slug"],
        "state": row["state"],
        "reading_minutes": live["prose"]["reading"]["minutes"] if live else None,
        "published_at": row.get("published_at"),
        "comments": row.get("comments", 0),
    }
