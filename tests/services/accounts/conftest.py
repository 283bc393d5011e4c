"""The accounts house with its door open: an API over a real database, a clock that moves, and the mail it asks for."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import orjson
import pytest

from services.accounts.app import open_deps, service
from services.accounts.crypto.keys import KeyRing
from services.accounts.crypto.readers import AUDIENCE, ISSUER, TYPE
from services.accounts.deps import Deps
from services.accounts.settings import AccountsSettings
from shared.clock import Clock
from shared.mongo import Client, Database
from shared.processes import prepare
from shared.resources import Resources
from shared.tokens import FixedKeys, TokenSigner, TokenVerifier
from tests.doors import GATEWAY_KEY, app_of, client_of, settings_of

ADMIN_EMAIL = "ingrid.ek@regeringskansliet.se"
ADMIN_PASSWORD = "kanelbullar till fikat"
PASSWORD = "a heron stands in the estuary"


class MovableClock(Clock):
    """Tells the time that the test says it is."""

    def __init__(self) -> None:
        object.__setattr__(self, "offset", timedelta())
        object.__setattr__(self, "at", datetime(2026, 7, 14, 9, 30, tzinfo=UTC))

    at: datetime

    def now(self) -> datetime:
        """The present instant."""
        return self.at

    def forward(self, **by: float) -> None:
        """Let time pass."""
        object.__setattr__(self, "at", self.at + timedelta(**by))


@dataclass
class House:
    """What a test holds in its hands."""

    client: httpx2.AsyncClient
    database: Database
    deps: Deps
    clock: MovableClock
    metering: TokenSigner
    networks: int = field(default=0)

    async def sign_up(self, email: str, **about: Any) -> str:
        """Ask to join; returns the proof's id."""
        answer = await self.client.post("/v1/signups", json={"email": email, **about}, headers=self.from_anywhere())
        assert answer.status_code == 202, answer.text
        return str(answer.json()["proof_id"])

    async def ask_for_mail(self, email: str, purpose: str = "log-in") -> str:
        """Ask for a mail to log in by; returns the proof's id."""
        asked = {"email": email, "purpose": purpose}
        answer = await self.client.post("/v1/proofs", json=asked, headers=self.from_anywhere())
        assert answer.status_code == 202, answer.text
        return str(answer.json()["proof_id"])

    async def mail(self, proof_id: str) -> dict[str, Any]:
        """The mail that was asked for: its address, purpose, token and code."""
        document = await self.database["proofs"].find_one({"_id": proof_id})
        assert document is not None
        mail: dict[str, Any] = next(row["data"] for row in document["outbox"] if row["data"])
        return mail

    async def redeem(self, proof_id: str, **shown: Any) -> httpx2.Response:
        """Show what was in the mail; without arguments, the right token."""
        if "token" not in shown and "code" not in shown:
            shown["token"] = (await self.mail(proof_id))["token"]
        return await self.client.post(f"/v1/proofs/{proof_id}", json=shown, headers=self.from_anywhere())

    async def ticket(self, email: str) -> str:
        """Sign up and prove the address; returns the ticket that the profile goes with."""
        answer = await self.redeem(await self.sign_up(email))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["ticket"])

    async def complete(self, ticket: str, **about: Any) -> httpx2.Response:
        """Complete a sign-up with a profile."""
        headers = about.pop("headers", {})
        body = {"ticket": ticket, "name": "Aroha Ngata", "country": "NZ", **about}
        return await self.client.post("/v1/members", json=body, headers=headers)

    async def join(self, email: str, **about: Any) -> dict[str, Any]:
        """The whole way: sign up, prove, complete. Returns the session."""
        answer = await self.complete(await self.ticket(email), **about)
        assert answer.status_code == 201, answer.text
        session: dict[str, Any] = answer.json()
        return session

    async def log_in(self, email: str, password: str = PASSWORD, **headers: str) -> httpx2.Response:
        """Log in by password."""
        credentials = {"email": email, "password": password}
        return await self.client.post("/v1/sessions", json=credentials, headers=headers or self.from_anywhere())

    async def refresh(self, refresh_token: str) -> httpx2.Response:
        """Exchange a refresh token."""
        return await self.client.post("/v1/sessions/refresh", json={"refresh_token": refresh_token})

    async def admin(self) -> dict[str, str]:
        """The headers of the first administrator."""
        answer = await self.log_in(ADMIN_EMAIL, ADMIN_PASSWORD)
        assert answer.status_code == 201, answer.text
        return bearer(answer.json())

    def from_anywhere(self) -> dict[str, str]:
        """The headers of a request from a network that nobody else uses, as the gateway would put them."""
        self.networks += 1
        return self.from_network(f"198.51.{self.networks // 250}.{self.networks % 250}")

    @staticmethod
    def from_network(address: str) -> dict[str, str]:
        """The headers of a request that the gateway says comes from an address."""
        return {"X-Plenary-Gateway-Key": GATEWAY_KEY, "X-Plenary-Client-Address": address}

    def reader_cookie(self, reader_id: str, **claims: Any) -> dict[str, str]:
        """The cookie header of an anonymous reader, as metering signs it."""
        now = int(self.clock.now().timestamp())
        usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": reader_id, "iat": now, "exp": now + 90 * 86400}
        return {"Cookie": f"plenary_reader={self.metering.sign(usual | claims, type=TYPE)}"}

    async def said(self, collection: str, id_: str) -> list[str]:
        """The names of the events that wait in a document's outbox, in order; ``-`` for a tombstone."""
        document = await self.database[collection].find_one({"_id": id_})
        assert document is not None
        return [row["type"].split(".")[2] if row["data"] else "-" for row in document.get("outbox", [])]

    async def events(self, collection: str, id_: str, name: str) -> list[dict[str, Any]]:
        """What the waiting events of one name say."""
        document = await self.database[collection].find_one({"_id": id_})
        assert document is not None
        return [row["data"] for row in document.get("outbox", []) if f".{name}." in row["type"]]


def bearer(session: dict[str, Any]) -> dict[str, str]:
    """The headers of somebody who is logged in."""
    return {"Authorization": f"Bearer {session['access_token']}"}


def slug(answer: httpx2.Response) -> str:
    """The kind of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["type"].rpartition("/")[2])


def account_settings(mongodb_uri: str, database: Database, **others: Any) -> AccountsSettings:
    """Settings with a cheap Argon2 and limits that only tests of limits meet."""
    signing_keys = orjson.dumps(TokenSigner.generate().private_jwk()).decode()
    cheap = {"argon2_memory_kib": 1024, "argon2_passes": 1}
    wide = {"guesses_per_network": 1000, "mails_per_network": 1000}
    admin = {"admin_email": ADMIN_EMAIL, "admin_password": ADMIN_PASSWORD}
    given = {"signing_keys": signing_keys} | cheap | wide | admin | others
    settings: AccountsSettings = settings_of(AccountsSettings, mongodb_uri, database, **given)
    return settings


def resources_for(
    settings: AccountsSettings, client: Client, database: Database, clock: Clock | None = None
) -> Resources:
    """What ``open_deps`` is handed; tokens are verified with the service's own keys."""
    keys = KeyRing.read(settings.signing_keys.get_secret_value()).own()
    clock = clock or Clock()
    tokens = TokenVerifier(keys, issuer=settings.token_issuer, audience=settings.token_audience, clock=clock)
    return Resources(
        settings=settings, client=client, db=database, clock=clock, kafka=settings.kafka, tokens=tokens, keys=keys
    )


@pytest.fixture(scope="session")
async def prepared(mongodb: Client, mongodb_uri: str) -> AsyncIterator[Database]:
    """A database with its indexes, made once: making them for every test took longer than the tests."""
    database = mongodb[f"test_accounts_{uuid.uuid4().hex[:12]}"]
    settings = account_settings(mongodb_uri, database)
    deps: Deps = await prepare(service, resources_for(settings, mongodb, database))
    deps.passwords.close()
    yield database
    await mongodb.drop_database(database.name)


@pytest.fixture
async def database(prepared: Database) -> Database:
    """The prepared database, empty again but for the domain list's first version."""
    names = await prepared.list_collection_names()
    await asyncio.gather(*(prepared[name].delete_many({"number": {"$ne": 1}}) for name in names))
    return prepared


@pytest.fixture
def settings(mongodb_uri: str, database: Database) -> AccountsSettings:
    return account_settings(mongodb_uri, database)


@pytest.fixture
async def house(
    mongodb: Client, database: Database, settings: AccountsSettings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    clock = MovableClock()
    resources = resources_for(settings, mongodb, database, clock)
    deps = await open_deps(resources)
    metering = TokenSigner.generate()
    verifier = TokenVerifier(
        FixedKeys(metering.key), issuer=ISSUER, audience=AUDIENCE, clock=clock, type=TYPE, longest=None
    )
    monkeypatch.setattr(deps.readers, "_tokens", verifier)  # Metering's keys at hand instead of at its address.
    async with client_of(app_of(service, deps, resources)) as client:
        yield House(client, database, deps, clock, metering)
    deps.passwords.close()
