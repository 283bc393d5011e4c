"""What a view shows: one document for each entry of its table, in a collection of the service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from pymongo import ASCENDING, DeleteOne, IndexModel, ReplaceOne

from shared.mongo import Collection, Document
from shared.views.tallies import Entry, View


def indexes(*fields: str) -> list[IndexModel]:
    """The indexes of a snapshot's collection: by the leading ``fields`` of a key and time, and by time alone."""
    return [
        IndexModel([*((field, ASCENDING) for field in fields), ("at", ASCENDING)], name="by_key_and_time"),
        IndexModel([("expires_at", ASCENDING)], name="expire", expireAfterSeconds=0),
    ]


async def totals(
    collection: Collection,
    *,
    where: Mapping[str, Any],
    since: datetime,
    until: datetime | None = None,
    by: Sequence[str],
    measures: Sequence[str],
    limit: int | None = None,
) -> list[Document]:
    """Add up the buckets that begin at or after ``since`` (and before ``until``), by the fields in ``by``.

    ``where`` names the leading fields of the key. Each result has the fields of ``by`` and the ``measures``; most of
    the first measure come first, equals in the order of their fields. ``View.since`` gives the start of a window.
    """
    time: dict[str, Any] = {"$gte": since} if until is None else {"$gte": since, "$lt": until}
    sums = {measure: {"$sum": f"$counts.{measure}"} for measure in measures}
    ids = {field: f"$_id.{field}" for field in by}
    pipeline: list[Mapping[str, Any]] = [
        {"$match": {**where, "at": time}},
        {"$group": {"_id": {field: f"${field}" for field in by}, **sums}},
        {"$project": {"_id": 0, **ids, **dict.fromkeys(measures, 1)}},
        {"$sort": {measures[0]: -1, **dict.fromkeys(by, 1)}},
    ]
    if limit is not None:
        pipeline.append({"$limit": limit})
    return await (await collection.aggregate(pipeline)).to_list()


async def publish(
    collection: Collection, view: View, entries: Mapping[Entry, Mapping[str, int]], gone: Iterable[Entry]
) -> None:
    """Show ``entries`` as they are now, and no longer those that are ``gone``. One bulk write."""
    writes: list[ReplaceOne[Document] | DeleteOne] = [
        ReplaceOne({"_id": _id(entry)}, _document(view, entry, counts), upsert=True)
        for entry, counts in entries.items()
    ]
    writes += [DeleteOne({"_id": _id(entry)}) for entry in gone]
    if writes:
        await collection.bulk_write(writes, ordered=False)


def _id(entry: Entry) -> str:
    return orjson.dumps([entry.partition, entry.bucket, *entry.key]).decode()


def _document(view: View, entry: Entry, counts: Mapping[str, int]) -> Document:
    at = datetime.fromtimestamp(entry.bucket, UTC)
    return {
        **dict(zip(view.fields, entry.key, strict=True)),
        "at": at,
        "counts": dict(counts),
        "expires_at": at + view.bucket + view.keep,
    }
