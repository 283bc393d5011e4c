"""Real servers for every test: MongoDB and Kafka as given by the environment, or the embedded ones."""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import structlog
from hypothesis import settings
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from xdist.scheduler import LoadScopeScheduling

from ops import testing
from shared.kafka import KafkaConfig

settings.register_profile("deep", max_examples=2_000, deadline=None)
"""``--hypothesis-profile=deep``: for a night, or for a change to what is proved by examples. What has a number of its
own says it by ``support.examples``.
"""

ROOT = Path(__file__).parents[1]

PLATFORMS = ("journeys", "ops", "web")
"""Folders of tests that share a whole platform: one worker runs all of such a folder, and then lets the platform go."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--schemathesis-deep", action="store_true", help="try the API's document for an hour")


class ByGroup(LoadScopeScheduling):
    """Keeps on one worker what shares servers, or else a file."""

    def _split_scope(self, nodeid: str) -> str:
        return _group(ROOT / nodeid.split("::", 1)[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup:
    return ByGroup(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=lambda item: _turn(_group(item.path), last=item.get_closest_marker("last") is not None))


def _group(path: Path) -> str:
    place = path.relative_to(Path(__file__).parent)
    return place.parts[0] if place.parts[0] in PLATFORMS else str(place)


def _turn(group: str, *, last: bool) -> tuple[int, bool]:
    """Platforms first, each whole; what spoils one for others at its end."""
    return (PLATFORMS.index(group), last) if group in PLATFORMS else (len(PLATFORMS), False)


@pytest.fixture(scope="session", autouse=True)
def plain_logs() -> None:
    """Warnings in plain text, into what pytest captures; the painted tracebacks of the default take seconds each."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer(["event"])],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
    )


@pytest.fixture(scope="session")
def test_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """Where the servers are: as the environment says, or else started for this session and thrown away with it."""
    if os.environ.get(testing.MONGODB) and os.environ.get(testing.KAFKA):
        yield os.environ
        return
    with testing.servers(tmp_path_factory.mktemp("servers")) as platform:
        yield testing.environment(platform)


@pytest.fixture(scope="session")
def mongodb_uri(test_servers: Mapping[str, str]) -> str:
    """A replica set's address, with the right to create databases."""
    return test_servers[testing.MONGODB]


@pytest.fixture(scope="session")
def kafka_brokers(test_servers: Mapping[str, str]) -> str:
    """A broker's address that needs no credentials."""
    return test_servers[testing.KAFKA]


@pytest_asyncio.fixture(scope="session")
async def mongodb(mongodb_uri: str) -> AsyncIterator[AsyncMongoClient]:
    """A connected client, shared by the session."""
    client: AsyncMongoClient = AsyncMongoClient(mongodb_uri, tz_aware=True, w="majority")
    yield client
    await client.close()


@pytest_asyncio.fixture
async def database(mongodb: AsyncMongoClient) -> AsyncIterator[AsyncDatabase]:
    """A database of the test's own, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    yield mongodb[name]
    await mongodb.drop_database(name)


@pytest.fixture
def topic_prefix() -> str:
    """A prefix for the test's own topics and consumer groups."""
    return f"t{uuid.uuid4().hex[:12]}."


@pytest.fixture
def kafka(kafka_brokers: str, topic_prefix: str) -> KafkaConfig:
    """The broker, with topics and groups of the test's own; create what you need with ``support.create_topics``."""
    return KafkaConfig(kafka_brokers, topic_prefix=topic_prefix)
