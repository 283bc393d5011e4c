"""Suggestions, each a document with its supporters in it."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.asynchronous.cursor import AsyncCursor

from services.community.errors import SuggestionNotFound
from services.community.model import State, Suggestion
from shared.aggregates import Aggregates
from shared.mongo import Database, Document

Order: TypeAlias = Literal["newest", "support"]

SORTS: dict[Order, list[tuple[str, int]]] = {
    "newest": [("suggested_at", DESCENDING), ("_id", DESCENDING)],
    "support": [("support", DESCENDING), ("suggested_at", DESCENDING), ("_id", DESCENDING)],
}

INDEXES: dict[str, list[IndexModel]] = {
    "suggestions": [
        IndexModel(SORTS["newest"], name="newest"),
        IndexModel([("state", ASCENDING), *SORTS["newest"]], name="by_state"),
        IndexModel(SORTS["support"], name="support"),
        IndexModel([("state", ASCENDING), *SORTS["support"]], name="support_by_state"),
        # A member makes a handful: sorted by support, or narrowed to a state, they are few enough to be looked through.
        IndexModel([("submitter_id", ASCENDING), *SORTS["newest"]], name="by_submitter"),
    ]
}


class SuggestionStore(Aggregates[Suggestion]):
    """The suggestions of all members."""

    def __init__(self, database: Database) -> None:
        super().__init__(database["suggestions"], Suggestion, missing=_missing)

    async def page(
        self, state: State | None, by: str | None, order: Order, *, after: list[Any] | None, limit: int
    ) -> list[Suggestion]:
        """At most ``limit`` suggestions, in any state or this one, by anybody or one member."""
        documents = await self.page_cursor(state, by, order, after=after).limit(limit).to_list()
        return [self.from_document(document) for document in documents]

    def page_cursor(
        self, state: State | None, by: str | None, order: Order, *, after: list[Any] | None
    ) -> AsyncCursor[Document]:
        """The query behind :meth:`page`."""
        query: Document = {"state": state} if state else {}
        if by is not None:
            query["submitter_id"] = by
        if after is not None:
            query["$or"] = _behind(order, after)
        unseen = {"outbox": 0, "outbox_since": 0}
        return self.collection.find(query, unseen).sort(SORTS[order])


def position(suggestion: Suggestion, order: Order) -> list[Any]:
    """Where a page ended that ended with this suggestion."""
    return [suggestion.id if field == "_id" else getattr(suggestion, field) for field, _ in SORTS[order]]


def _behind(order: Order, after: list[Any]) -> list[Document]:
    """Everything behind ``after``: a smaller first field, or the same and a smaller second, and so on."""
    fields = [field for field, _ in SORTS[order]]
    return [
        {**dict(zip(fields[:number], after, strict=False)), fields[number]: {"$lt": after[number]}}
        for number in range(len(fields))
    ]


def _missing(_id: str) -> SuggestionNotFound:
    return SuggestionNotFound("See the list for what there is.")
