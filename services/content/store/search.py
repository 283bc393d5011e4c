"""Items as readers look for them: by the words of title, lead and body, with what the others would be under (C10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from pymongo import DESCENDING

from services.content.model.lists import Filters
from services.content.model.published import Card
from services.content.model.search import SearchOrder
from services.content.store.pages import CARD, card_of, conditions_of
from shared.mongo import Database, Document

LONGEST_SECONDS = 3
"""How long MongoDB may look. Then the answer is a 503, and the next reader's search does not wait behind it."""

OPEN_TEXT = 20_000
"""Characters of the body of a free item in which a passage to show is looked for."""

MOST_VALUES = 50
"""Of one facet. There are fewer topics than that, and no more than a dozen regions; of countries the frequent ones."""

FACETS: dict[str, str] = {
    "topic": "live.content.topics",
    "region": "live.content.regions",
    "country": "live.content.country",
    "kind": "live.content.kind",
    "series": "live.content.series",
}
"""What is counted, by the filter it belongs to."""


class Found(NamedTuple):
    """An item, how well it fits, and of a free one the body's beginning."""

    card: Card
    score: float
    open_text: str | None


class Counts(NamedTuple):
    """How many items were found, and for each facet the values with how many there would be."""

    found: int
    facets: dict[str, list[tuple[str, int]]]


class SearchStore:
    """Looks for published items."""

    def __init__(self, database: Database) -> None:
        self._collection = database["articles"]

    async def page(
        self, words: Sequence[str], filters: Filters, *, order: SearchOrder, after: Sequence[Any] | None, limit: int
    ) -> list[Found]:
        """Items that hold some of ``words``, after the position ``after`` in this order.

        A score depends on the item and the words alone, not on other items, so a position by it is a stable one.
        """
        rank = "score" if order == "best" else "published_at"
        pipeline: list[Document] = [
            {"$match": _asked(words, filters)},
            {"$project": {**CARD, "score": {"$meta": "textScore"}, "open_text": _OPEN_TEXT}},
        ]
        if after is not None:
            at, id_ = after
            pipeline.append({"$match": {"$or": [{rank: {"$lt": at}}, {rank: at, "_id": {"$lt": id_}}]}})
        pipeline += [{"$sort": {rank: DESCENDING, "_id": DESCENDING}}, {"$limit": limit}]
        rows = await self._collection.aggregate(pipeline, maxTimeMS=LONGEST_SECONDS * 1000)
        return [Found(card_of(row), row["score"], row["open_text"]) async for row in rows]

    async def counts(self, words: Sequence[str], filters: Filters) -> Counts:
        """How many items there are, and how many there would be under another topic, region, country, kind, series.

        A facet is counted without its own filter, so that a reader can go from one value to another.
        """
        pipeline: list[Document] = [
            {"$match": _asked(words, Filters(since=filters.since, until=filters.until))},
            {"$project": dict.fromkeys(FACETS.values(), 1)},
            {"$facet": {"all": [_within(filters), {"$count": "n"}], **{of: _values(of, filters) for of in FACETS}}},
        ]
        rows = await self._collection.aggregate(pipeline, maxTimeMS=LONGEST_SECONDS * 1000)
        (row,) = await rows.to_list()
        facets = {of: [(each["_id"], each["n"]) for each in row[of]] for of in FACETS}
        return Counts(found=row["all"][0]["n"] if row["all"] else 0, facets=facets)


_OPEN_TEXT: Document = {
    # The text of a walled item does not leave the database.
    "$cond": ["$live.content.exempt", {"$substrCP": [{"$ifNull": ["$live.prose.text", ""]}, 0, OPEN_TEXT]}, None]
}


def _asked(words: Sequence[str], filters: Filters) -> Document:
    return {"$and": [{"$text": {"$search": " ".join(words)}}, *conditions_of(filters)]}


def _within(filters: Filters, *, without: str | None = None) -> Document:
    wanted = {field: getattr(filters, of) for of, field in FACETS.items() if of != without}
    return {"$match": {field: value for field, value in wanted.items() if value is not None}}


def _values(of: str, filters: Filters) -> list[Document]:
    field = FACETS[of]
    return [
        _within(filters, without=of),
        {"$unwind": f"${field}"},  # One value stands for itself; an item without any is left out.
        {"$group": {"_id": f"${field}", "n": {"$sum": 1}}},
        {"$sort": {"n": DESCENDING, "_id": 1}},
        {"$limit": MOST_VALUES},
    ]
