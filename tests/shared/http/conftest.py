from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from shared.http import attach
from shared.mongo import Client, Database
from shared.processes import prepare
from shared.resources import Resources
from tests.doors import Issuer, client_of, resources_of, settings_of
from tests.shared.http.library import LibrarySettings, library


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest_asyncio.fixture(scope="session")
async def resources(mongodb_uri: str, mongodb: Client, issuer: Issuer) -> AsyncIterator[Resources]:
    """One library for all these tests: making its collections takes longer than most of them."""
    database = mongodb[f"test_{uuid.uuid4().hex[:16]}"]
    made = resources_of(settings_of(LibrarySettings, mongodb_uri, database), mongodb, database, issuer)
    await prepare(library, made)
    yield made
    await mongodb.drop_database(database.name)


@pytest_asyncio.fixture
async def database(resources: Resources) -> AsyncIterator[Database]:
    """The library's database, emptied after each test."""
    yield resources.db
    await resources.db["pamphlets"].delete_many({})
    await resources.db["idempotency"].delete_many({})


@pytest_asyncio.fixture
async def door(resources: Resources, database: Database) -> AsyncIterator[httpx2.AsyncClient]:
    """The library's HTTP door."""
    deps = await library.open(resources)
    async with client_of(attach(library.api(deps), resources)) as client:
        yield client
