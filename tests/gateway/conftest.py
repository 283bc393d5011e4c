"""One gateway for most tests; those that break or starve something start their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.gateway.running import Gateway, running, services
from tests.gateway.tokens import ACCOUNTS, Published
from tests.gateway.upstreams import EchoService

FRONT_END = "https://read.example"


@pytest_asyncio.fixture(scope="session")
async def shared_gateway(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """The gateway of the session."""
    async with services() as upstreams:
        upstreams["accounts"].answers["/.well-known/jwks.json"] = Published(ACCOUNTS)
        folder = tmp_path_factory.mktemp("gateway")
        async with running(folder, upstreams, cors_origins=(FRONT_END,), jwks_cache_seconds=6) as gateway:
            yield gateway


@pytest.fixture
def gateway(shared_gateway: Gateway) -> Gateway:
    """The gateway, in front of services that remember only this test."""
    for service in shared_gateway.services.values():
        service.seen.clear()
    return shared_gateway


@pytest.fixture
def content(gateway: Gateway) -> EchoService:
    return gateway.services["content"]


@pytest.fixture
def metering(gateway: Gateway) -> EchoService:
    return gateway.services["metering"]


@pytest.fixture
def accounts(gateway: Gateway) -> EchoService:
    return gateway.services["accounts"]


@pytest.fixture
def community(gateway: Gateway) -> EchoService:
    return gateway.services["community"]
