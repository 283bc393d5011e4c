"""Facts without an aggregate, such as ``ArticleViewed``: durable before the answer ends, many in one write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pymongo.errors import BulkWriteError

from shared import outbox
from shared.events import Event
from shared.group_commit import GroupCommit
from shared.mongo import DUPLICATE_KEY, Database, Document


class Facts:
    """The outbox of what changes nothing else."""

    def __init__(self, database: Database) -> None:
        self._collection = database["facts"]
        self._group: GroupCommit[Document, None] = GroupCommit(self._commit, max_batch=500, lanes=2)

    async def record(self, event: Event, at: datetime, *, id: str | None = None) -> None:
        """Return once the fact is committed by the majority; the relay publishes it soon after.

        The same ``id`` recorded twice is one fact.
        """
        row = outbox.entry(event, at, id=id)
        await self._group.submit({"_id": row["id"], **outbox.initial(row, at=at)})

    async def _commit(self, documents: Sequence[Document]) -> Sequence[None]:
        try:
            await self._collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            if any(failure["code"] != DUPLICATE_KEY for failure in error.details["writeErrors"]):
                raise
        return [None] * len(documents)
