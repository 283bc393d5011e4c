"""An anonymous reader turns out to be a member: linked once, replay-safe, and never taken from somebody else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.accounts.crypto.readers import AUDIENCE, ISSUER, TYPE, ReaderCookies
from shared.tokens import PublishedKeys, TokenSigner, TokenVerifier
from tests.services.accounts.conftest import PASSWORD, House, bearer, slug

AROHA = "aroha.ngata@health.govt.nz"
READER = "0197f2ce-7a3c-7d61-9d32-0f5f0d9c3f11"


async def test_the_reader_who_signed_up_becomes_the_member(house: House) -> None:
    cookie = house.reader_cookie(READER)
    asked = await house.client.post("/v1/signups", json={"email": AROHA}, headers=cookie)
    ticket = (await house.redeem(asked.json()["proof_id"])).json()["ticket"]

    joined = (await house.complete(ticket)).json()

    member_id = joined["member"]["id"]
    [told] = await house.events("members", member_id, "MemberJoined")
    [linked] = await house.events("members", member_id, "ReaderLinked")
    assert told["reader_id"] == linked["reader_id"] == READER
    assert linked["member_id"] == member_id


async def test_the_reader_on_the_browser_that_completes_is_linked_too(house: House) -> None:
    asked = await house.client.post("/v1/signups", json={"email": AROHA}, headers=house.reader_cookie(READER))
    ticket = (await house.redeem(asked.json()["proof_id"])).json()["ticket"]

    joined = (await house.complete(ticket, headers=house.reader_cookie("phone"))).json()

    linked = await house.events("members", joined["member"]["id"], "ReaderLinked")
    assert [event["reader_id"] for event in linked] == [READER, "phone"]


async def test_logging_in_links_the_reader_once(house: House) -> None:
    joined = await house.join(AROHA, password=PASSWORD)

    for _ in range(2):
        assert (await house.log_in(AROHA, **house.reader_cookie(READER))).status_code == 201

    assert await house.said("reader_links", READER) == ["ReaderLinked"]
    assert (await house.deps.reader_links.load(READER)).member_id == joined["member"]["id"]


async def test_linking_twice_or_at_once_is_linking_once(house: House) -> None:
    session = await house.join(AROHA)
    headers = bearer(session) | house.reader_cookie(READER)

    answers = await asyncio.gather(*(house.client.post("/v1/me/readers", headers=headers) for _ in range(10)))

    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["reader_id"] for answer in answers} == {READER}
    assert await house.said("reader_links", READER) == ["ReaderLinked"]


async def test_a_reader_who_is_another_member_is_not_linked(house: House) -> None:
    aroha = await house.join(AROHA, headers=house.reader_cookie(READER))
    wiremu = await house.join("wiremu@health.govt.nz", headers=house.reader_cookie(READER), password=PASSWORD)

    refused = await house.client.post("/v1/me/readers", headers=bearer(wiremu) | house.reader_cookie(READER))
    logged_in = await house.log_in("wiremu@health.govt.nz", **house.reader_cookie(READER))

    assert (refused.status_code, slug(refused)) == (409, "reader-linked-elsewhere")
    assert logged_in.status_code == 201
    assert (await house.deps.reader_links.load(READER)).member_id == aroha["member"]["id"]
    [told] = await house.events("members", wiremu["member"]["id"], "MemberJoined")
    assert told["reader_id"] is None


async def test_two_sign_ups_with_one_reader_at_once_link_it_to_one(house: House) -> None:
    tickets = [await house.ticket(f"guest{number}@health.govt.nz") for number in range(4)]
    cookie = house.reader_cookie(READER)

    answers = await asyncio.gather(*(house.complete(ticket, headers=cookie) for ticket in tickets))

    assert {answer.status_code for answer in answers} == {201}
    told = [
        event
        for answer in answers
        for event in await house.events("members", answer.json()["member"]["id"], "ReaderLinked")
    ]
    assert len(told) == 1


@pytest.mark.parametrize("forgery", ["own-key", "hmac", "none", "member", "expired", "type", "issuer", "rubbish", ""])
async def test_a_cookie_that_metering_did_not_sign_links_nothing_and_stops_nobody(house: House, forgery: str) -> None:
    now = int(house.clock.now().timestamp())
    claims: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "sub": READER, "iat": now, "exp": now + 60}
    sign = house.metering.sign
    cookies = {
        "own-key": TokenSigner.generate().sign(claims, type=TYPE),
        "hmac": "eyJhbGciOiJIUzI1NiIsInR5cCI6InJlYWRlcitqd3QiLCJraWQiOiJ4In0.e30.c2ln",
        "none": "eyJhbGciOiJub25lIiwidHlwIjoicmVhZGVyK2p3dCIsImtpZCI6IngifQ.e30.",
        "member": sign(claims | {"sub": "member:01980000"}, type=TYPE),
        "expired": sign(claims | {"exp": now - 1}, type=TYPE),
        "type": sign(claims, type="access+jwt"),
        "issuer": sign(claims | {"iss": "plenary/accounts"}, type=TYPE),
        "rubbish": "x",
        "": "",
    }
    headers = {"Cookie": f"plenary_reader={cookies[forgery]}"}
    session = await house.join(AROHA, headers=headers)

    refused = await house.client.post("/v1/me/readers", headers=bearer(session) | headers)

    assert (refused.status_code, slug(refused)) == (422, "reader-token-invalid")
    assert await house.database["reader_links"].count_documents({}) == 0


async def test_joining_goes_on_while_metering_cannot_be_reached(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody_answers() -> bytes:
        raise OSError("connection refused")

    away = PublishedKeys("http://127.0.0.1:1/.well-known/grants.json", fetch=nobody_answers)
    verifier = TokenVerifier(away, issuer=ISSUER, audience=AUDIENCE, clock=house.clock, type=TYPE, longest=None)
    monkeypatch.setattr(house.deps.readers, "_tokens", verifier)

    session = await house.join(AROHA, headers=house.reader_cookie(READER))
    explicit = await house.client.post("/v1/me/readers", headers=bearer(session) | house.reader_cookie(READER))

    assert session["member"]["standing"] == "official"
    assert (explicit.status_code, slug(explicit)) == (503, "keys-unavailable")
    assert isinstance(house.deps.readers, ReaderCookies)
