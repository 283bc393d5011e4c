"""MongoDB: connecting with the guarantees we promise, creating what must exist, and running a transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from pymongo import ASCENDING, AsyncMongoClient, IndexModel, ReadPreference, WriteConcern
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, WriteError
from pymongo.read_concern import ReadConcern

from shared import outbox

Document: TypeAlias = dict[str, Any]
Client: TypeAlias = AsyncMongoClient[Document]
Database: TypeAlias = AsyncDatabase[Document]
Collection: TypeAlias = AsyncCollection[Document]
Session: TypeAlias = AsyncClientSession
Result = TypeVar("Result")

DUPLICATE_KEY = 11000
NAMESPACE_EXISTS = 48
"""MongoDB's code for a collection that is already there."""

REDEFINED = frozenset({85, 86})
"""Its codes for an index of this name that is there already with other fields or options."""

INDEX_NOT_FOUND = 27

INBOX_SECONDS = 14 * 24 * 3600
"""How long an event id is remembered: the topics' seven days, and as long again for a replay."""

SHARED_INDEXES: dict[str, list[IndexModel]] = {
    "inbox": [IndexModel([("at", ASCENDING)], name="forget", expireAfterSeconds=INBOX_SECONDS)],
    "parked": [
        IndexModel([("key", ASCENDING), ("position", ASCENDING)], name="by_key"),
        IndexModel([("state", ASCENDING), ("due", ASCENDING)], name="due"),
    ],
    "facts": [],
}
"""What the plumbing keeps in every service's database."""


def connect(uri: str, *, app_name: str) -> Client:
    """A client whose writes the majority acknowledges and whose instants are in UTC. Connects when first used."""
    return AsyncMongoClient(
        uri,
        appname=app_name,
        tz_aware=True,
        w="majority",
        journal=True,
        retryWrites=True,
        serverSelectionTimeoutMS=5_000,
        socketTimeoutMS=20_000,
        maxPoolSize=64,
        maxConnecting=8,
    )


async def ensure_indexes(
    database: Database, indexes: Mapping[str, list[IndexModel]], aggregates: Iterable[str] = ()
) -> None:
    """Create the collections and indexes that are missing; those that exist as they are wanted stay.

    An index that an earlier release made otherwise under the same name is made anew. ``aggregates`` names the
    collections that carry an outbox.
    """
    wanted: dict[str, list[IndexModel]] = {name: list(models) for name, models in SHARED_INDEXES.items()}
    for name, models in indexes.items():
        wanted.setdefault(name, []).extend(models)
    for name in ("facts", "parked", *aggregates):
        wanted.setdefault(name, []).append(outbox.INDEX)
    existing = set(await database.list_collection_names())
    for name, models in wanted.items():
        if name not in existing:
            # A collection cannot always be made inside a transaction that is under way: make it beforehand.
            await _create(database, name)
        if models:
            await _index(database[name], models)


async def _index(collection: Collection, models: list[IndexModel]) -> None:
    try:
        await collection.create_indexes(models)
    except OperationFailure as failure:
        if failure.code not in REDEFINED:
            raise
        for model in models:
            await _make_anew(collection, model)


async def _make_anew(collection: Collection, model: IndexModel) -> None:
    """Make one index, in the place of another of its name. Several processes may do so at once, and agree."""
    try:
        await collection.create_indexes([model])
    except OperationFailure as failure:
        if failure.code not in REDEFINED:
            raise
        try:
            await collection.drop_index(model.document["name"])
        except OperationFailure as missing:
            if missing.code != INDEX_NOT_FOUND:  # Another process was faster.
                raise
        await collection.create_indexes([model])


async def _create(database: Database, name: str) -> None:
    try:
        await database.create_collection(name, check_exists=False)
    except OperationFailure as failure:
        if failure.code != NAMESPACE_EXISTS:  # Another process was faster.
            raise


async def insert_together(collection: Collection, documents: Sequence[Document]) -> list[BaseException | None]:
    """Insert documents in one write; for each that could not be, what it failed with, such as DuplicateKeyError.

    What concerns them all, such as a database that is away, is raised.
    """
    if len(documents) == 1:
        try:
            await collection.insert_one(documents[0])
        except WriteError as error:
            return [error]
        return [None]
    try:
        await collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        found: list[BaseException | None] = [None] * len(documents)
        for failure in error.details["writeErrors"]:
            kind = DuplicateKeyError if failure["code"] == DUPLICATE_KEY else WriteError
            found[failure["index"]] = kind(failure["errmsg"], failure["code"], failure)
        if error.details["writeConcernErrors"]:
            raise
        return found
    return [None] * len(documents)


async def transact(client: Client, work: Callable[[Session], Awaitable[Result]]) -> Result:
    """Run ``work`` in a transaction with snapshot reads and majority writes, again if the server asks for it.

    ``work`` may run more than once, so it does nothing but read and write through its session.
    """
    async with client.start_session() as session:
        return await session.with_transaction(
            work,
            read_concern=ReadConcern("snapshot"),
            write_concern=WriteConcern("majority", wtimeout=10_000),
            read_preference=ReadPreference.PRIMARY,
            max_commit_time_ms=10_000,
        )
