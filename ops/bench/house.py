"""A service opened in this process, on a database of its own, to measure what lies behind its doors."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from ops.bench.rig import Servers
from shared.mongo import Client, Database
from shared.processes import prepare
from shared.resources import Resources
from shared.service import Service
from shared.tokens import FixedKeys, TokenSigner, TokenVerifier


@dataclass(frozen=True)
class House:
    """What a measurement holds in its hands."""

    client: Client
    database: Database
    deps: Any


@asynccontextmanager
async def opened(service: Service, servers: Servers, *, database: str | None = None) -> AsyncIterator[House]:
    """The service with its collections and indexes, ready for use cases.

    Its database is dropped afterwards, unless it was given by name.
    """
    client = servers.client()
    home = client[database or f"bench_{uuid.uuid4().hex[:8]}"]
    signer = TokenSigner.generate()
    keys = FixedKeys(signer.key)
    settings: Any = service.settings.model_validate(
        {
            "mongodb_uri": servers.mongodb,
            "mongodb_database": home.name,
            "gateway_key": "a key for the bench only",
            "signing_keys": orjson.dumps(signer.private_jwk()).decode(),
        }
    )
    clock = settings.clock
    tokens = TokenVerifier(keys, issuer="bench", audience="bench", clock=clock)
    resources = Resources(
        settings=settings, client=client, db=home, clock=clock, kafka=servers.kafka, tokens=tokens, keys=keys
    )
    deps = await prepare(service, resources)
    try:
        yield House(client, home, deps)
    finally:
        if service.close is not None:
            await service.close(deps)
        if database is None:
            await client.drop_database(home.name)
        await client.close()
