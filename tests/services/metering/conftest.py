"""The metering house with its doors open, and two articles it has heard of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
import orjson
import pytest

from services.metering.app import service
from services.metering.deps import Deps
from services.metering.settings import MeteringSettings
from shared.envelope import Envelope
from shared.events import Event
from shared.events.content import ArticlePublished
from shared.ids import new_id
from shared.inbox import Inbox
from shared.mongo import Client, Database
from shared.outbox import Row
from shared.processes import prepare
from shared.sealed import Seal
from shared.tokens import TokenSigner
from tests.doors import GATEWAY_KEY, Issuer, app_of, client_of, resources_of, settings_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ARTICLES = tuple(f"article-{number}" for number in range(10))


@dataclass
class House:
    """What a test holds in its hands."""

    client: httpx2.AsyncClient
    database: Database
    deps: Deps
    inbox: Inbox
    issuer: Issuer
    grants: Seal

    async def hear(self, *events: Event, id: str | None = None) -> None:
        """Let events arrive."""
        envelopes = [Envelope(id=id or new_id(), type=e.type, key=e.key, time=NOON, event=e) for e in events]
        await self.inbox.apply([(e.topic, envelope) for e, envelope in zip(events, envelopes, strict=True)])

    async def ask(self, slug: str, *, cookie: str | None = None, method: str = "GET", **headers: str) -> Asked:
        """Ask as the gateway does, with this cookie and no other."""
        self.client.cookies.clear()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if cookie:
            sent["cookie"] = f"plenary_reader={cookie}"
        answer = await self.client.request(method, f"/internal/meter-check/v1/articles/{slug}", headers=sent)
        assert answer.status_code == 200, answer.text
        given = answer.headers.get("set-cookie", "")
        return Asked(self.grants.open(answer.headers["x-plenary-access"]), cookie_in(given) or None, given)

    def cookie_of(self, reader_id: str) -> str:
        """The cookie by which a reader is known again."""
        return cookie_in(self.deps.grants.cookie(reader_id, self.deps.clock.now()))

    async def said(self) -> list[Row]:
        """The events that wait in the meters' outboxes."""
        documents = await self.database["meters"].find({}, {"outbox": 1}).to_list()
        return [row for document in documents for row in document.get("outbox", [])]


@dataclass
class Asked:
    """Metering's word, its claims verified."""

    word: dict[str, Any]
    cookie: str | None
    set_cookie: str


@pytest.fixture
async def house(mongodb: Client, database: Database, mongodb_uri: str) -> AsyncIterator[House]:
    issuer, signer = Issuer(), TokenSigner.generate()
    key = orjson.dumps(signer.private_jwk()).decode()
    settings = settings_of(MeteringSettings, mongodb_uri, database, signing_keys=key, fresh_readers_per_network=1_000)
    resources = resources_of(settings, mongodb, database, issuer)
    deps = await prepare(service, resources)
    inbox = Inbox(mongodb, database, service.table, service.tombstones, deps)
    grants = Seal(GATEWAY_KEY.encode(), purpose="read-grant", clock=resources.clock)
    async with client_of(app_of(service, deps, resources)) as client:
        house = House(client, database, deps, inbox, issuer, grants)
        await house.hear(*(article(name) for name in ARTICLES), article("free", exempt=True))
        yield house


def cookie_in(set_cookie: str) -> str:
    """The value that a ``Set-Cookie`` header gives the reader's cookie."""
    return set_cookie.removeprefix("plenary_reader=").partition(";")[0]


def article(name: str, *, slug: str | None = None, exempt: bool = False, revision: int = 1) -> ArticlePublished:
    return ArticlePublished(
        article_id=name,
        slug=slug or name,
        kind="article",
        title=name.capitalize(),
        topics=("openness",),
        regions=("asia-pacific",),
        reading_minutes=5,
        exempt=exempt,
        published_at=NOON,
        revision=revision,
    )
