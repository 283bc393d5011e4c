"""Suggestions, each a document with its supporters in it."""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.asynchronous.cursor import AsyncCursor

from services.community.errors import SuggestionNotFound
from services.community.model import State, Suggestion
from shared.aggregates import Aggregates
from shared.mongo import Database, Document

INDEXES: dict[str, list[IndexModel]] = {
    "suggestions": [
        IndexModel([("suggested_at", DESCENDING), ("_id", DESCENDING)], name="newest"),
        IndexModel([("state", ASCENDING), ("suggested_at", DESCENDING), ("_id", DESCENDING)], name="by_state"),
    ]
}


class SuggestionStore(Aggregates[Suggestion]):
    """The suggestions of all members."""

    def __init__(self, database: Database) -> None:
        super().__init__(database["suggestions"], Suggestion, missing=_missing)

    async def page(self, state: State | None, *, after: list[Any] | None, limit: int) -> list[Suggestion]:
        """At most ``limit`` suggestions, the newest first."""
        documents = await self.page_cursor(state, after=after).limit(limit).to_list()
        return [self.from_document(document) for document in documents]

    def page_cursor(self, state: State | None, *, after: list[Any] | None) -> AsyncCursor[Document]:
        """The query behind :meth:`page`."""
        query: Document = {"state": state} if state else {}
        if after is not None:
            at, id_ = after
            query["$or"] = [{"suggested_at": {"$lt": at}}, {"suggested_at": at, "_id": {"$lt": id_}}]
        unseen = {"outbox": 0, "outbox_since": 0}
        return self.collection.find(query, unseen).sort([("suggested_at", DESCENDING), ("_id", DESCENDING)])


def position(suggestion: Suggestion) -> list[Any]:
    """Where a page ended that ended with this suggestion."""
    return [suggestion.suggested_at, suggestion.id]


def _missing(_id: str) -> SuggestionNotFound:
    return SuggestionNotFound("See the list for what there is.")
