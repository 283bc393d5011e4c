"""The content house with its doors open: an API, an inbox, a clock that a test sets, and metering's signature."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.content import grants
from services.content.app import service
from services.content.deps import Deps
from services.content.grants import Doorkeeper
from services.content.settings import ContentSettings
from shared.clock import Clock
from shared.envelope import Envelope
from shared.events import CATALOGUE, Event
from shared.http.idempotency import INDEXES as IDEMPOTENCY_INDEXES
from shared.ids import new_id
from shared.inbox import Inbox
from shared.kafka import KafkaConfig
from shared.mongo import Client, Database, ensure_indexes
from shared.sealed import Seal
from shared.tokens import FixedKeys, TokenSigner, TokenVerifier
from tests.doors import GATEWAY_KEY, Issuer, app_of, client_of, resources_of, settings_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday."""

TOPICS = ("open-government", "partnerships", "digital")

CANARY = "The seventh paragraph, which only a reader with a grant may see."
"""Stands in every article's body: where it turns up, the body was given away."""


class Watch(Clock):
    """A clock that stands still until it is moved."""

    at: datetime

    def __init__(self, at: datetime = NOON) -> None:
        super().__init__()
        self.set(at)

    def now(self) -> datetime:
        return self.at

    def set(self, at: datetime) -> None:
        object.__setattr__(self, "at", at)  # Clocks are frozen; this one has hands.

    def move(self, by: timedelta) -> None:
        self.set(self.at + by)


@dataclass
class Meter:
    """Stands in for metering: seals read grants and signs readers' cookies."""

    clock: Clock
    key: str = GATEWAY_KEY
    signer: TokenSigner = field(default_factory=TokenSigner.generate)

    def grant(
        self, article: str | None, slug: str, state: str = "metered", *, purpose: str = grants.GRANT, **claims: Any
    ) -> dict[str, str]:
        """The header with metering's word."""
        now = int(self.clock.now().timestamp())
        usual = {"article": article, "slug": slug, "state": state, "reader": "reader-from-wellington"}
        times = {"iat": now, "exp": now + 60}
        return {"x-plenary-access": self._seal(purpose).close(usual | times | claims)}

    def doorkeeper(self) -> Doorkeeper:
        """What checks it."""
        readers = TokenVerifier(
            FixedKeys(self.signer.key),
            issuer=grants.ISSUER,
            audience=grants.AUDIENCE,
            clock=self.clock,
            type=grants.READER,
            longest=None,
        )
        return Doorkeeper(self._seal(grants.GRANT), readers, SecretStr(GATEWAY_KEY))

    def _seal(self, purpose: str) -> Seal:
        return Seal(self.key.encode(), purpose=purpose, clock=self.clock)


@dataclass
class House:
    """What a test holds in its hands."""

    client: httpx2.AsyncClient
    database: Database
    deps: Deps
    inbox: Inbox
    issuer: Issuer
    meter: Meter
    clock: Watch

    async def hear(self, *events: Event, id: str | None = None) -> None:
        """Let events arrive, each under a new id unless one is given."""
        await self.inbox.apply([(event.topic, _envelope(event, id or new_id())) for event in events])

    def signed_in(self, member: str = "esther", **about: Any) -> dict[str, str]:
        """The headers of a member. Esther and Tomasz are editors."""
        roles = ["editor"] if member in {"esther", "tomasz"} else []
        return self.issuer.headers(member, **{"roles": roles, **about})

    async def read(self, slug: str, headers: dict[str, str] | None = None) -> httpx2.Response:
        """Ask for an article."""
        return await self.client.get(f"/v1/articles/{slug}", headers=headers or {})

    async def draft(self, slug: str = "openness", *, by: str = "esther", **fields: Any) -> dict[str, Any]:
        """Begin an article, and return it with its ETag."""
        answer = await self.client.post(
            "/v1/articles", json=an_article(slug=slug, **fields), headers=self.signed_in(by)
        )
        assert answer.status_code == 201, answer.text
        return _with_etag(answer)

    async def publish(self, slug: str = "openness", **fields: Any) -> dict[str, Any]:
        """An article that Esther wrote, Tomasz approved and Esther published."""
        article = await self.draft(slug, **fields)
        article = await self.move(article, "review")
        article = await self.approve(article, by="tomasz")
        return await self.move(article, "published")

    async def take_in(self, slug: str, published_at: datetime, **fields: Any) -> dict[str, Any]:
        """An article that another archive had published."""
        body = an_article(slug=slug, external_id=slug, published_at=published_at.isoformat(), **fields)
        answer = await self.client.post("/v1/imports/articles", json=body, headers=self.signed_in())
        assert answer.status_code == 201, answer.text
        return _with_etag(answer)

    async def move(self, article: dict[str, Any], to: str, **about: Any) -> dict[str, Any]:
        """Bring it into another state."""
        answer = await self.try_to_move(article, to, **about)
        assert answer.status_code == 200, answer.text
        return _with_etag(answer)

    async def try_to_move(
        self, article: dict[str, Any], to: str, *, by: str = "esther", **about: Any
    ) -> httpx2.Response:
        """Ask for it to be brought into another state."""
        headers = self.signed_in(by) | {"If-Match": article["etag"]}
        return await self.client.post(f"/v1/articles/{article['id']}/moves", json={"to": to, **about}, headers=headers)

    async def approve(self, article: dict[str, Any], *, by: str) -> dict[str, Any]:
        """Give an editor's word for it."""
        answer = await self.try_to_approve(article, by=by)
        assert answer.status_code == 200, answer.text
        return _with_etag(answer)

    async def try_to_approve(self, article: dict[str, Any], *, by: str) -> httpx2.Response:
        """Ask for an editor's word to be taken."""
        headers = self.signed_in(by) | {"If-Match": article["etag"]}
        return await self.client.post(f"/v1/articles/{article['id']}/approvals", headers=headers)

    async def rewrite(self, article: dict[str, Any], *, by: str = "esther", **fields: Any) -> httpx2.Response:
        """Replace the working copy."""
        headers = self.signed_in(by) | {"If-Match": article["etag"]}
        content = {name: value for name, value in an_article(**fields).items() if name != "slug"}
        return await self.client.put(f"/v1/articles/{article['id']}/working", json=content, headers=headers)

    async def told(self, collection: str) -> list[Event]:
        """The events that wait in a collection's outboxes, in order."""
        documents = await self.database[collection].find({}, {"outbox": 1}).sort("_id", 1).to_list()
        rows = [row for document in documents for row in document.get("outbox", [])]
        return [CATALOGUE[row["type"]].model_validate(row["data"]) for row in rows]


def an_article(**fields: Any) -> dict[str, Any]:
    """What an editor sends; ``fields`` are put over the usual ones."""
    usual = {
        "title": "What openness means to those who are asked",
        "lead": "Fifty public servants answered with one word each.",
        "body": f"## The question\n\nThey were asked plainly.\n\n## The answers\n\n{CANARY}",
        "byline": {"name": "Esther Wanjiru", "title": "Editor", "organisation": "Plenary"},
        "topics": ["open-government"],
        "regions": ["asia-pacific"],
    }
    return usual | fields


def _with_etag(answer: httpx2.Response) -> dict[str, Any]:
    return {**answer.json(), "etag": answer.headers["ETag"]}


def _envelope(event: Event, id_: str) -> Envelope:
    return Envelope(id=id_, type=event.type, key=event.key, time=NOON, event=event)


@pytest_asyncio.fixture(scope="session")
async def prepared(mongodb: Client) -> AsyncIterator[Database]:
    """A database with content's collections and indexes, made once: that takes half a second."""
    database = mongodb[f"test_{new_id().replace('-', '')}"]
    await ensure_indexes(database, {**IDEMPOTENCY_INDEXES, **service.indexes}, service.aggregates)
    yield database
    await mongodb.drop_database(database.name)


@pytest.fixture
async def empty(prepared: Database) -> Database:
    """That database, with nothing in it."""
    names = await prepared.list_collection_names()
    await asyncio.gather(*(prepared[name].delete_many({}) for name in names))
    return prepared


@pytest.fixture
async def house(mongodb: Client, empty: Database, mongodb_uri: str, kafka: KafkaConfig) -> AsyncIterator[House]:
    clock = Watch()
    issuer, meter = Issuer(clock=clock), Meter(clock)
    settings = settings_of(ContentSettings, mongodb_uri, empty, signpost_seconds=0)
    resources = dataclasses.replace(resources_of(settings, mongodb, empty, issuer, kafka=kafka), clock=clock)
    deps = dataclasses.replace(await service.open(resources), door=meter.doorkeeper())
    inbox = Inbox(mongodb, empty, service.table, service.tombstones, deps)
    topics = [{"_id": slug, "version": 0, "name": slug, "description": ""} for slug in TOPICS]
    await empty["topics"].insert_many(topics)
    async with client_of(app_of(service, deps, resources)) as client:
        yield House(client, empty, deps, inbox, issuer, meter, clock)


__all__ = ["CANARY", "GATEWAY_KEY", "NOON", "House", "Watch", "an_article"]
