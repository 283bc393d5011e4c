"""A service's HTTP door, opened in the test's own process: real application, real MongoDB, no sockets."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
from fastapi import FastAPI
from starlette.types import ASGIApp

from shared.clock import Clock
from shared.http import attach
from shared.ids import new_id
from shared.kafka import KafkaConfig
from shared.mongo import Client, Database
from shared.processes import prepare
from shared.resources import Resources
from shared.service import Service
from shared.settings import ServiceSettings
from shared.tokens import FixedKeys, TokenSigner, TokenVerifier
from tests.documented import Documented

GATEWAY_KEY = "a gateway key that only tests know"


class Issuer:
    """Stands in for accounts: signs access tokens, and knows the key they are verified with."""

    def __init__(
        self, *, issuer: str = "plenary/accounts", audience: str = "plenary", clock: Clock | None = None
    ) -> None:
        self.signer = TokenSigner.generate()
        self.keys = FixedKeys(self.signer.key)
        self._issuer = issuer
        self._audience = audience
        self._clock = clock or Clock()

    def token(
        self,
        member_id: str = "amina",
        *,
        standing: str = "member",
        roles: Iterable[str] = (),
        session_id: str = "session-1",
        life: timedelta = timedelta(minutes=5),
        **claims: Any,
    ) -> str:
        """An access token; ``claims`` are put over the usual ones."""
        now = int(self._clock.now().timestamp())
        usual = {"iss": self._issuer, "aud": self._audience, "sub": member_id, "standing": standing, "sid": session_id}
        times = {"iat": now, "exp": now + int(life.total_seconds())}
        return self.signer.sign(usual | times | {"roles": list(roles)} | claims)

    def headers(self, member_id: str = "amina", **about: Any) -> dict[str, str]:
        """The ``Authorization`` header of a signed-in member."""
        return {"Authorization": f"Bearer {self.token(member_id, **about)}"}

    def verifier(self) -> TokenVerifier:
        """What the services verify with."""
        return TokenVerifier(self.keys, issuer=self._issuer, audience=self._audience, clock=self._clock)


def settings_of(kind: type[ServiceSettings], mongodb_uri: str, database: Database, **others: Any) -> Any:
    """Settings with all that must be set; ``others`` are the test's own."""
    needed = {"mongodb_uri": mongodb_uri, "mongodb_database": database.name, "gateway_key": GATEWAY_KEY}
    return kind(**{**needed, **others})


def resources_of(
    settings: Any, client: Client, database: Database, issuer: Issuer, *, kafka: KafkaConfig | None = None
) -> Resources:
    """What a service's ``open_deps`` is handed, with the test's database, and the issuer's keys at hand."""
    return Resources(
        settings=settings,
        client=client,
        db=database,
        clock=settings.clock,
        kafka=kafka or settings.kafka,
        tokens=issuer.verifier(),
        keys=issuer.keys,
    )


_APPS: dict[str, FastAPI] = {}


def app_of(service: Service, deps: Any, resources: Resources) -> FastAPI:
    """The service's API over these. It is the same application each time: making one, with its OpenAPI document, takes
    longer than most tests.
    """
    if service.name not in _APPS:
        _APPS[service.name] = service.api(deps)
    app = _APPS[service.name]
    app.state.deps = deps
    return attach(app, resources)


@asynccontextmanager
async def open_door(service: Service, resources: Resources) -> AsyncIterator[httpx2.AsyncClient]:
    """The service's API, with its collections and indexes, behind a client."""
    deps = await prepare(service, resources)
    async with client_of(attach(service.api(deps), resources)) as client:
        yield client


@asynccontextmanager
async def client_of(app: ASGIApp) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an application in this process. Crashes arrive as the answers that a reader would get.

    Every answer of an API is held to its OpenAPI document.
    """
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    hooks = {"response": [_documented(app).check]} if isinstance(app, FastAPI) else {}
    async with httpx2.AsyncClient(transport=transport, base_url="http://plenary.test", event_hooks=hooks) as client:
        yield client


@functools.cache
def _documented(app: FastAPI) -> Documented:
    return Documented(app.openapi())


def a_key() -> dict[str, str]:
    """The header of a new Idempotency-Key."""
    return {"Idempotency-Key": new_id()}
