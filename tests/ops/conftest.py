"""A platform of servers with authentication, for what is about access and about being killed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ops.embedded.platform import Platform
from ops.embedded.state import State
from ops.testing import free_base


@pytest_asyncio.fixture(scope="package")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    """MongoDB and Kafka, with every service's user, topics and access lists."""
    async with Platform(tmp_path_factory.mktemp("platform"), free_base(), servers_only=True) as running:
        yield running


@pytest.fixture
def state(tmp_path: Path) -> State:
    """An empty state folder."""
    made = State(tmp_path / "state")
    made.create()
    return made
