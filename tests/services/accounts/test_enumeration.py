"""Whether an address has an account shows neither in an answer nor in the work that goes into it.

Times are compared by what takes time: the commands that reach MongoDB, the documents they write, and Argon2.
Stop-watches on a busy machine show the machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from pymongo import AsyncMongoClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from services.accounts.app import open_deps, service
from services.accounts.crypto.passwords import Passwords
from services.accounts.settings import AccountsSettings
from shared.http import attach
from shared.mongo import Client, Database
from tests.doors import client_of
from tests.services.accounts.conftest import PASSWORD, House, resources_for

KNOWN, UNKNOWN = "aroha.ngata@health.govt.nz", "nobody.atall@health.govt.nz"


class Overheard(CommandListener):
    """Notes which commands go to which collection."""

    def __init__(self) -> None:
        self.commands: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        """A command is on its way."""
        self.commands.append(f"{event.command_name} {event.command.get(event.command_name)}")

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Nothing to note."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Nothing to note."""


@pytest.fixture
async def overheard(
    house: House, settings: AccountsSettings, mongodb_uri: str, database: Database
) -> AsyncIterator[tuple[httpx2.AsyncClient, Overheard]]:
    """A second replica, whose talk with the database is listened to."""
    ear = Overheard()
    client: Client = AsyncMongoClient(mongodb_uri, tz_aware=True, w="majority", event_listeners=[ear])
    resources = resources_for(settings, client, client[database.name], house.clock)
    deps = await open_deps(resources)
    async with client_of(attach(service.api(deps), resources)) as door:
        yield door, ear
    deps.passwords.close()
    await client.close()


OWN = {"traceresponse", "x-request-id"}
"""Headers that are each request's own."""


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/signups", {}, 202),
        ("/v1/proofs", {"purpose": "log-in"}, 202),
        ("/v1/proofs", {"purpose": "password-reset"}, 202),
        ("/v1/sessions", {"password": "not the right password"}, 401),
    ],
)
async def test_known_and_unknown_addresses_get_the_same_answer_for_the_same_work(
    house: House,
    overheard: tuple[httpx2.AsyncClient, Overheard],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    body: dict[str, Any],
    status: int,
) -> None:
    await house.join(KNOWN, password=PASSWORD)
    door, ear = overheard
    verified: Counter[str] = Counter()
    verify = Passwords._verify

    def counted(self: Passwords, kept: str, password: str) -> bool:
        verified[asking] += 1
        return verify(self, kept, password)

    monkeypatch.setattr(Passwords, "_verify", counted)
    answers, talk = {}, {}
    for asking in ("warm-up@health.govt.nz", KNOWN, UNKNOWN):
        ear.commands.clear()
        answers[asking] = await door.post(path, json={"email": asking, **body})
        talk[asking] = list(ear.commands)

    known, unknown = answers[KNOWN], answers[UNKNOWN]
    assert known.status_code == unknown.status_code == status
    assert known.json().keys() == unknown.json().keys()
    assert {n: v for n, v in known.headers.items() if n not in OWN} == {
        n: v for n, v in unknown.headers.items() if n not in OWN
    }
    assert talk[KNOWN] == talk[UNKNOWN] != []
    assert verified[KNOWN] == verified[UNKNOWN] == (1 if path == "/v1/sessions" else 0)


async def test_what_is_written_for_a_known_and_an_unknown_address_is_of_one_form(house: House) -> None:
    await house.join(KNOWN)

    known, unknown = await house.ask_for_mail(KNOWN), await house.ask_for_mail(UNKNOWN)

    documents = [await house.database["proofs"].find_one({"_id": id_}) for id_ in (known, unknown)]
    shapes = [{name: type(value) for name, value in (document or {}).items()} for document in documents]
    assert shapes[0] == shapes[1]
    assert [await house.said("proofs", id_) for id_ in (known, unknown)] == [["AddressProofRequested"]] * 2


async def test_a_mail_shows_its_purpose_and_the_proof_does_not(house: House) -> None:
    await house.join(KNOWN)
    ids = [await house.sign_up(KNOWN), await house.sign_up(UNKNOWN)]

    answers = [await house.redeem(id_, code="000000") for id_ in ids]

    assert [(await house.mail(id_))["purpose"] for id_ in ids] == ["already-a-member", "sign-up"]
    told = [{**answer.json(), "request_id": None} for answer in answers]
    assert told[0] == told[1]
