from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from shared.mongo import Client
from tests.access.calls import move_in
from tests.access.town import Town, open_town


@pytest_asyncio.fixture(scope="session")
async def town(mongodb: Client, mongodb_uri: str) -> AsyncIterator[Town]:
    """Five services and eight kinds of people, for all tests of a session."""
    async with open_town(mongodb, mongodb_uri) as town:
        await move_in(town)
        yield town
