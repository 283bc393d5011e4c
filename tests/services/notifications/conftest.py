"""The notifications house with its doors open: an inbox, an API, and a mail server at the other end."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from services.notifications.app import service
from services.notifications.deps import Deps
from services.notifications.handlers.sending import claim_due_message, deliver
from services.notifications.handlers.sweeping import sweep
from services.notifications.model.message import Message
from services.notifications.settings import NotificationsSettings
from services.notifications.smtp import Unreachable
from shared.clock import Clock
from shared.envelope import Envelope
from shared.events import Event
from shared.ids import new_id
from shared.inbox import Inbox
from shared.mongo import Client, Database, ensure_indexes
from tests.doors import Issuer, app_of, client_of, resources_of, settings_of
from tests.services.notifications.mailserver import MailServer, mail_server
from tests.services.notifications.world import TODAY


class HandClock(Clock):
    """A clock whose hands the test moves."""

    at = TODAY

    def now(self) -> datetime:
        return self.at

    def move(self, at: datetime) -> None:
        # A clock is frozen; this one is not.
        object.__setattr__(self, "at", at)


@dataclass
class House:
    """What a test holds in its hands."""

    client: httpx2.AsyncClient
    database: Database
    deps: Deps
    inbox: Inbox
    issuer: Issuer
    post: MailServer
    today: datetime = TODAY
    _told: list[tuple[str, Envelope]] = field(default_factory=list)

    @property
    def clock(self) -> HandClock:
        """The clock that the service goes by."""
        assert isinstance(self.deps.clock, HandClock)
        return self.deps.clock

    async def hear(self, *events: Event, id: str | None = None) -> None:
        """Let events arrive, now."""
        for event in events:
            envelope = Envelope(
                id=id or new_id(), type=event.type, key=event.key, time=self.deps.clock.now(), event=event
            )
            self._told.append((event.topic, envelope))
            await self.inbox.apply([(event.topic, envelope)])

    async def hear_all_again(self) -> None:
        """Let everything arrive once more, as after a replay; and let nobody remember that it had come."""
        await self.database["inbox"].delete_many({})
        for topic, envelope in self._told:
            await self.inbox.apply([(topic, envelope)])

    async def forget(self, key: str) -> None:
        """Let a tombstone arrive on the contacts topic."""
        tombstone = Envelope(id=new_id(), type="", key=key, time=self.deps.clock.now(), event=None)
        await self.inbox.apply([("accounts.contacts", tombstone)])

    async def send_due(self) -> int:
        """Send what is due now, one after the other; returns how many messages were taken in hand."""
        count = 0
        while (message := await claim_due_message(self.deps)) is not None:
            count += 1
            try:
                await deliver(self.deps, message)
            except Unreachable:
                return count
        return count

    async def it_is(self, at: datetime) -> None:
        """Move the clock there, sweep, and send what is due."""
        self.clock.move(at)
        await sweep(self.deps)
        await self.send_due()

    async def later(self, wait: timedelta) -> None:
        """As :meth:`it_is`, from now on."""
        await self.it_is(self.deps.clock.now() + wait)

    async def messages(self, purpose: str | None = None) -> list[Message]:
        """All messages, oldest first."""
        query = {"purpose": purpose} if purpose else {}
        documents = await self.database["messages"].find(query).sort([("created_at", 1), ("due_at", 1)]).to_list()
        return [self.deps.messages.from_document(document) for document in documents]

    async def message(self, purpose: str | None = None) -> Message:
        """The one message."""
        found = await self.messages(purpose)
        assert len(found) == 1, [(message.purpose, message.state) for message in found]
        return found[0]

    async def states(self) -> Counter[str]:
        """How many messages are in which state."""
        return Counter(message.state for message in await self.messages())

    async def said(self) -> list[dict[str, Any]]:
        """The events that wait in the outboxes, each with its name."""
        documents = await self.database["messages"].find({"outbox": {"$exists": True}}).to_list()
        rows = [row for document in documents for row in document["outbox"]]
        return [{"type": row["type"].split(".")[2], **row["data"]} for row in rows]

    def signed_in(self, member: str = "aroha", *roles: str) -> dict[str, str]:
        """The headers of a member."""
        return self.issuer.headers(member, roles=roles)

    async def everything_kept(self, *, without: Sequence[str] = ()) -> str:
        """All that the database holds, as text, to look for what should not be there."""
        found = []
        for name in await self.database.list_collection_names():
            if name not in without:
                found += [str(document) for document in await self.database[name].find({}).to_list()]
        return "\n".join(found)


@pytest.fixture
async def post() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
def overrides() -> dict[str, Any]:
    """Settings of the test's own; a test module or a parametrisation replaces it."""
    return {}


@pytest_asyncio.fixture(scope="session")
async def furnished(mongodb: Client) -> AsyncIterator[Database]:
    """A database with the service's collections and indexes, which take a second to make."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    await ensure_indexes(mongodb[name], service.indexes, service.aggregates)
    yield mongodb[name]
    await mongodb.drop_database(name)


@pytest.fixture
async def home(furnished: Database) -> Database:
    """The furnished database, swept clean."""
    for name in await furnished.list_collection_names():
        await furnished[name].delete_many({})
    return furnished


@pytest.fixture
async def house(
    mongodb: Client, home: Database, mongodb_uri: str, post: MailServer, overrides: dict[str, Any]
) -> AsyncIterator[House]:
    issuer = Issuer()
    quick = {"smtp_port": post.port, "public_url": "https://plenary.test", "sweep_seconds": 0.1, "poll_seconds": 0.2}
    settings = settings_of(NotificationsSettings, mongodb_uri, home, **{**quick, **overrides})
    resources = resources_of(settings, mongodb, home, issuer)
    clock = HandClock()
    deps = replace(await service.open(resources), clock=clock)
    inbox = Inbox(mongodb, home, service.table, service.tombstones, deps)
    async with client_of(app_of(service, deps, resources)) as client:
        yield House(client, home, deps, inbox, issuer, post)
    await deps.post.close()
