"""Comments, each a document; a page of a discussion is one walk along one index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.asynchronous.cursor import AsyncCursor

from services.community.errors import CommentNotFound
from services.community.model import Comment, Order
from services.community.model.comments import State
from shared import outbox
from shared.aggregates import Aggregates
from shared.events import Event
from shared.group_commit import GroupCommit
from shared.mongo import Database, Document, Session, insert_together

INDEXES: dict[str, list[IndexModel]] = {
    "comments": [
        IndexModel([("article_id", ASCENDING), ("place", ASCENDING)], name="oldest"),
        IndexModel([("article_id", ASCENDING), ("thread", DESCENDING), ("place", ASCENDING)], name="newest"),
        IndexModel(
            [("article_id", ASCENDING), ("helpful", DESCENDING), ("place", ASCENDING)],
            name="helpful",
        ),
        IndexModel([("author_id", ASCENDING), ("posted_at", DESCENDING)], name="by_author"),
        IndexModel([("state", ASCENDING), ("posted_at", DESCENDING), ("_id", DESCENDING)], name="latest"),
    ]
}

SORTS: dict[Order, list[tuple[str, int]]] = {
    "oldest": [("place", ASCENDING)],
    "newest": [("thread", DESCENDING), ("place", ASCENDING)],
    "helpful": [("helpful", DESCENDING), ("place", ASCENDING)],
}
"""Oldest and newest keep replies under what they reply to; newest orders the branches, not what is in them."""


LATEST = [("posted_at", DESCENDING), ("_id", DESCENDING)]
"""The newest first, whatever they belong to."""


class CommentStore(Aggregates[Comment]):
    """The comments of all articles. ``changed`` is told the article whose discussion is about to show differently."""

    def __init__(self, database: Database, changed: Callable[[str], None] = lambda _article_id: None) -> None:
        super().__init__(database["comments"], Comment, missing=_missing)
        self._changed = changed
        self._added: GroupCommit[Document, None] = GroupCommit(self._insert, max_batch=100, lanes=2)

    async def add(
        self,
        aggregate: Comment,
        events: Iterable[Event | outbox.Row] = (),
        *,
        at: datetime | None = None,
        session: Session | None = None,
    ) -> None:
        """As every aggregate is added; who writes at the same moment shares one write."""
        if session is not None:
            await super().add(aggregate, events, at=at, session=session)
            return
        try:
            await self._added.submit(self.new_document(aggregate, events, at=at))
        finally:
            # Also if no answer came: it may be there all the same.
            self._changed(aggregate.article_id)

    async def save(
        self,
        aggregate: Comment,
        events: Iterable[Event | outbox.Row] = (),
        *,
        at: datetime | None = None,
        session: Session | None = None,
    ) -> Comment:
        """As every aggregate is saved."""
        try:
            return await super().save(aggregate, events, at=at, session=session)
        finally:
            self._changed(aggregate.article_id)

    async def _insert(self, documents: Sequence[Document]) -> Sequence[BaseException | None]:
        return await insert_together(self.collection, documents)

    async def page(self, article_id: str, order: Order, *, after: list[Any] | None, limit: int) -> list[Comment]:
        """At most ``limit`` comments of an article, from behind the position ``after``."""
        documents = await self.page_cursor(article_id, order, after=after).limit(limit).to_list()
        return [self.from_document(document) for document in documents]

    def page_cursor(self, article_id: str, order: Order, *, after: list[Any] | None) -> AsyncCursor[Document]:
        """The query behind :meth:`page`."""
        query: Document = {"article_id": article_id}
        if after is not None:
            query |= _behind(SORTS[order], after)
        unseen = {"outbox": 0, "outbox_since": 0, "history": 0}
        return self.collection.find(query, unseen).sort(SORTS[order])

    async def latest(self, state: State, *, after: list[Any] | None, limit: int) -> list[Comment]:
        """At most ``limit`` comments of all articles in this state, the newest first, from behind ``after``."""
        documents = await self.latest_cursor(state, after=after).limit(limit).to_list()
        return [self.from_document(document) for document in documents]

    def latest_cursor(self, state: State, *, after: list[Any] | None) -> AsyncCursor[Document]:
        """The query behind :meth:`latest`."""
        query: Document = {"state": state}
        if after is not None:
            query |= _behind(LATEST, after)
        return self.collection.find(query, {"outbox": 0, "outbox_since": 0, "history": 0}).sort(LATEST)

    async def count(self, article_id: str) -> int:
        """How many comments an article shows."""
        return await self.collection.count_documents({"article_id": article_id, "state": "visible"})


def position(comment: Comment, order: Order) -> list[Any]:
    """Where a page ended that ended with this comment."""
    return [getattr(comment, field) for field, _ in SORTS[order]]


def latest_position(comment: Comment) -> list[Any]:
    """Where a page of the latest ended that ended with this comment."""
    return [comment.posted_at, comment.id]


def _behind(sort: list[tuple[str, int]], after: list[Any]) -> Document:
    """Everything behind ``after`` in this sort: a smaller first field, or the same and a smaller second, and so on."""
    branches = []
    for number, (field, direction) in enumerate(sort):
        equal = {name: value for (name, _), value in zip(sort[:number], after, strict=False)}
        branches.append({**equal, field: {"$gt" if direction == ASCENDING else "$lt": after[number]}})
    return branches[0] if len(branches) == 1 else {"$or": branches}


def _missing(_id: str) -> CommentNotFound:
    return CommentNotFound("It may have been taken away; look at the discussion from its beginning.")
