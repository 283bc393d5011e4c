"""The five services in one process on a real MongoDB, with everybody who might knock."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import httpx2
import orjson
from fastapi import FastAPI

from services.accounts.app import service as accounts
from services.accounts.crypto import readers
from services.community.app import service as community
from services.content.app import service as content
from services.metering.app import service as metering_service
from services.notifications.app import service as notifications
from shared.envelope import Envelope
from shared.events import Event
from shared.http import attach
from shared.ids import new_id
from shared.inbox import Inbox
from shared.mongo import Client
from shared.processes import prepare
from shared.service import Service
from shared.tokens import FixedKeys, TokenSigner, TokenVerifier
from tests.doors import Issuer, client_of, resources_of, settings_of

SERVICES: tuple[Service, ...] = (accounts, content, metering_service, notifications, community)
PASSWORD = "a heron stands in the estuary"
NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=60)

ACTORS = ("anonymous", "owner", "other", "pending", "editor", "moderator", "manager", "admin")
"""Nobody; the member whose things they are; another; one whose review waits; and the four roles."""

ROLES = {"editor": ["editor"], "moderator": ["moderator"], "manager": ["community_manager"], "admin": ["admin"]}


@dataclass
class House:
    """One service with its door open."""

    app: FastAPI
    client: httpx2.AsyncClient
    inbox: Inbox
    deps: Any
    database: Any


@dataclass
class Town:
    """All five, and the people."""

    houses: dict[str, House]
    issuer: Issuer
    metering: TokenSigner
    """Signs readers' cookies."""
    ids: dict[str, str] = field(default_factory=dict)
    """Member ids by actor."""

    @cached_property
    def operations(self) -> dict[str, tuple[str, str, str]]:
        """Service, method and path of every operation that a document names."""
        found: dict[str, tuple[str, str, str]] = {}
        for name, house in self.houses.items():
            for path, operations in house.app.openapi()["paths"].items():
                for method, operation in operations.items():
                    id_ = operation["operationId"]
                    assert id_ not in found, f"{id_} is there twice"
                    found[id_] = (name, method.upper(), path)
        return found

    def headers(self, actor: str, **about: Any) -> dict[str, str]:
        """What an actor's requests carry."""
        if actor == "anonymous":
            return {}
        standing = {"pending": "pending", "owner": "official"}.get(actor, "member")
        return self.issuer.headers(self.ids.get(actor, actor), standing=standing, roles=ROLES.get(actor, ()), **about)

    def reader_cookie(self, reader_id: str) -> dict[str, str]:
        """The cookie of an anonymous reader, as metering signs it."""
        now = int(NOW.timestamp())
        claims = {"iss": readers.ISSUER, "aud": readers.AUDIENCE, "sub": reader_id, "iat": now, "exp": now + 86400}
        return {"Cookie": f"plenary_reader={self.metering.sign(claims, type=readers.TYPE)}"}

    async def ask(self, operation: str, actor: str, call: Call) -> httpx2.Response:
        """Let an actor do it."""
        service, method, path = self.operations[operation]
        client = self.houses[service].client
        client.cookies.clear()
        headers = {**self.headers(actor), **call.headers}
        return await client.request(
            method, path.format_map(call.path), params=call.query, json=call.json, data=call.form, headers=headers
        )

    async def done(self, operation: str, actor: str, call: Call) -> Any:
        """Let an actor do what they may; returns the answer's body, with its ETag beside it."""
        answer = await self.ask(operation, actor, call)
        assert answer.status_code < 300, (operation, actor, answer.text)
        body = answer.json() if answer.content else {}
        return {**body, "etag": answer.headers.get("ETag")} if isinstance(body, dict) else body

    async def hear(self, service: str, *events: Event) -> None:
        """Let events arrive at a service."""
        items = [(e.topic, Envelope(id=new_id(), type=e.type, key=e.key, time=NOW, event=e)) for e in events]
        assert await self.houses[service].inbox.apply(items) == len(items)


@dataclass(frozen=True)
class Call:
    """What a request says beside who sends it."""

    path: dict[str, str] = field(default_factory=dict)
    json: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] | None = None


def own_settings(service: Service, mongodb_uri: str, database: Any) -> Any:
    """A service's settings, with what it needs beside the usual."""
    key = orjson.dumps(TokenSigner.generate().private_jwk()).decode()
    cheap = {"argon2_memory_kib": 1024, "argon2_passes": 1, "guesses_per_network": 10_000, "mails_per_network": 10_000}
    needed: dict[str, dict[str, Any]] = {
        "accounts": {"signing_keys": key, **cheap},
        "metering": {"signing_keys": key},
        "community": {"comments_per_window": 10_000, "suggestions_per_window": 10_000},
        "notifications": {"public_url": "https://plenary.test"},
    }
    return settings_of(service.settings, mongodb_uri, database, **needed.get(service.name, {}))


@asynccontextmanager
async def open_town(mongodb: Client, mongodb_uri: str) -> AsyncIterator[Town]:
    """Open all doors, and let everybody move in."""
    issuer, metering, names = Issuer(), TokenSigner.generate(), uuid.uuid4().hex[:12]
    async with AsyncExitStack() as stack:
        houses = {}
        for service in SERVICES:
            database = mongodb[f"test_{service.name}_{names}"]
            stack.push_async_callback(mongodb.drop_database, database.name)
            resources = resources_of(own_settings(service, mongodb_uri, database), mongodb, database, issuer)
            deps = await prepare(service, resources)
            if service.close:
                stack.push_async_callback(service.close, deps)
            app = attach(service.api(deps), resources)
            client = await stack.enter_async_context(client_of(app))
            inbox = Inbox(mongodb, database, service.table, service.tombstones, deps)
            houses[service.name] = House(app, client, inbox, deps, database)
        houses["accounts"].deps.readers._tokens = TokenVerifier(  # Its keys at hand instead of at its address.
            FixedKeys(metering.key),
            issuer=readers.ISSUER,
            audience=readers.AUDIENCE,
            clock=houses["accounts"].deps.clock,
            type=readers.TYPE,
            longest=None,
        )
        yield Town(houses, issuer, metering)


__all__ = ["ACTORS", "LATER", "NOW", "PASSWORD", "SERVICES", "Call", "Town", "open_town"]
