"""The community house with its doors open: an API, an inbox, and neighbours that have spoken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from services.community.app import service
from services.community.deps import Deps
from services.community.settings import CommunitySettings
from shared.envelope import Envelope
from shared.events import Event
from shared.events.accounts import ContactChanged, MemberJoined, MemberUpdated, Standing
from shared.events.content import ArticlePublished, WebinarScheduled
from shared.ids import new_id
from shared.inbox import Inbox
from shared.mongo import Client, Database
from shared.processes import prepare
from tests.doors import Issuer, app_of, client_of, resources_of, settings_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class House:
    """What a test holds in its hands."""

    client: httpx2.AsyncClient
    database: Database
    deps: Deps
    inbox: Inbox
    issuer: Issuer

    async def hear(self, *events: Event) -> None:
        """Let events arrive."""
        await self.inbox.apply([(event.topic, _envelope(event)) for event in events])

    async def forget(self, member_id: str) -> None:
        """Let a tombstone arrive on the contacts topic."""
        tombstone = Envelope(id=new_id(), type="", key=member_id, time=NOON, event=None)
        await self.inbox.apply([("accounts.contacts", tombstone)])

    def signed_in(self, member: str, **about: Any) -> dict[str, str]:
        """The headers of a member."""
        return self.issuer.headers(member, **about)

    async def comment(self, member: str, body: str, *, parent: str | None = None) -> dict[str, Any]:
        """Write a comment under "openness", and return it."""
        draft = {"article_id": "openness", "body": body, "parent_id": parent}
        answer = await self.client.post("/v1/comments", json=draft, headers=self.signed_in(member))
        assert answer.status_code == 201, answer.text
        comment: dict[str, Any] = answer.json()
        return comment

    async def thread(self, **query: Any) -> list[dict[str, Any]]:
        """The comments under "openness", as an anonymous reader sees them."""
        answer = await self.client.get("/v1/comments", params={"article": "openness", **query})
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def said(self, collection: str) -> list[str]:
        """The names of the events that wait in a collection's outboxes, in order."""
        documents = await self.database[collection].find({}, {"outbox": 1}).sort("_id", 1).to_list()
        return [row["type"].split(".")[2] for d in documents for row in d.get("outbox", [])]


@pytest.fixture
async def house(mongodb: Client, database: Database, mongodb_uri: str) -> AsyncIterator[House]:
    issuer = Issuer()
    settings = settings_of(CommunitySettings, mongodb_uri, database, page_seconds=0)
    resources = resources_of(settings, mongodb, database, issuer)
    deps = await prepare(service, resources)
    inbox = Inbox(mongodb, database, service.table, service.tombstones, deps)
    async with client_of(app_of(service, deps, resources)) as client:
        house = House(client, database, deps, inbox, issuer)
        await house.hear(article("openness"), article("bus-lanes"), *members(), an_online_meeting())
        yield house


def article(name: str, *, revision: int = 1) -> ArticlePublished:
    return ArticlePublished(
        article_id=name,
        slug=name,
        kind="article",
        title=name.capitalize(),
        reading_minutes=5,
        published_at=NOON,
        revision=revision,
    )


def members() -> Sequence[Event]:
    people: list[tuple[str, str, Standing]] = [
        ("amina", "Amina Odhiambo", "official"),
        ("wiremu", "Wiremu Parata", "member"),
        ("ingrid", "Ingrid Ek", "official"),
    ]
    joined = [MemberJoined(member_id=id, standing=standing, joined_at=NOON) for id, _, standing in people]
    named = [ContactChanged(contact_id=id, email=f"{id}@example.org", name=name, revision=1) for id, name, _ in people]
    manager = MemberUpdated(
        member_id="ingrid", standing="official", roles=("community_manager",), updated_at=NOON, revision=2
    )
    return [*joined, *named, manager]


def an_online_meeting() -> WebinarScheduled:
    return WebinarScheduled(
        webinar_id="asia-pacific",
        slug="asia-pacific",
        title="Open government in Asia and the Pacific",
        starts_at=NOON,
        ends_at=NOON,
        wall_time="2026-03-01T20:00:00",
        zone="Asia/Singapore",
        scheduled_at=NOON,
    )


def _envelope(event: Event) -> Envelope:
    return Envelope(id=new_id(), type=event.type, key=event.key, time=NOON, event=event)
