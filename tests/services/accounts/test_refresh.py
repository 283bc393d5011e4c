"""Staying logged in: each refresh token is good once, and one that comes back ends the session for everybody."""

from __future__ import annotations

import asyncio

import pytest

from shared.errors import TokenInvalid
from tests.services.accounts.conftest import PASSWORD, House, bearer, slug

AROHA = "aroha.ngata@health.govt.nz"


async def test_a_refresh_gives_new_tokens_of_the_same_session(house: House) -> None:
    joined = await house.join(AROHA)

    house.clock.forward(minutes=11)
    answer = await house.refresh(joined["refresh_token"])

    assert answer.status_code == 200
    assert answer.json()["session_id"] == joined["session_id"]
    assert answer.json()["refresh_token"] != joined["refresh_token"]
    assert (await house.client.get("/v1/me", headers=bearer(joined))).status_code == 401
    assert (await house.client.get("/v1/me", headers=bearer(answer.json()))).status_code == 200


async def test_a_used_refresh_token_ends_the_session_and_is_told_once(house: House) -> None:
    joined = await house.join(AROHA)
    newer = (await house.refresh(joined["refresh_token"])).json()
    newest = (await house.refresh(newer["refresh_token"])).json()

    reused = await house.refresh(joined["refresh_token"])
    again = await house.refresh(newer["refresh_token"])
    thief = await house.refresh(newest["refresh_token"])

    assert (reused.status_code, slug(reused)) == (401, "token-reused")
    assert (again.status_code, slug(again)) == (401, "token-reused")
    assert (thief.status_code, slug(thief)) == (401, "token-invalid")
    assert await house.said("sessions", joined["session_id"]) == ["SessionFamilyRevoked"]
    [told] = await house.events("sessions", joined["session_id"], "SessionFamilyRevoked")
    assert (told["member_id"], told["reason"]) == (joined["member"]["id"], "token-reused")


async def test_the_members_other_sessions_go_on(house: House) -> None:
    phone = await house.join(AROHA, password=PASSWORD)
    desk = (await house.log_in(AROHA)).json()
    await house.refresh(phone["refresh_token"])

    await house.refresh(phone["refresh_token"])

    assert (await house.refresh(desk["refresh_token"])).status_code == 200


async def test_one_refresh_token_used_many_times_at_once_is_exchanged_once(house: House) -> None:
    joined = await house.join(AROHA)

    answers = await asyncio.gather(*(house.refresh(joined["refresh_token"]) for _ in range(20)))

    assert sum(answer.status_code == 200 for answer in answers) == 1
    assert {slug(answer) for answer in answers if answer.status_code != 200} == {"token-reused"}
    assert await house.said("sessions", joined["session_id"]) == ["SessionFamilyRevoked"]


async def test_what_is_no_refresh_token_of_ours_is_invalid_and_ends_nothing(house: House) -> None:
    joined = await house.join(AROHA)
    good = joined["refresh_token"]
    family, generation, nonce, seal = good.split(".")
    older = f"{family}.0.{nonce}.{seal}"

    for forged in (
        older,
        f"{family}.2.{nonce}.{seal}",
        good[:-1],
        good + "A",
        "x",
        "....",
        "é",
        joined["access_token"],
    ):
        refused = await house.refresh(forged)
        assert (refused.status_code, slug(refused)) == (401, "token-invalid"), (generation, forged)
    assert (await house.refresh(good)).status_code == 200


async def test_a_session_ends_after_thirty_idle_days_and_after_ninety_in_any_case(house: House) -> None:
    idle = await house.join(AROHA, password=PASSWORD)
    busy = (await house.log_in(AROHA)).json()

    for _ in range(4):
        house.clock.forward(days=20)
        busy = (await house.refresh(busy["refresh_token"])).json()
    house.clock.forward(days=10, minutes=1)

    assert (await house.refresh(idle["refresh_token"])).status_code == 401
    assert (await house.refresh(busy["refresh_token"])).status_code == 401


async def test_members_see_and_end_their_sessions(house: House) -> None:
    phone = await house.join(AROHA, password=PASSWORD)
    desk = (await house.log_in(AROHA, **{"User-Agent": "Firefox\x1b[31m/140"})).json()

    listed = (await house.client.get("/v1/sessions", headers=bearer(desk))).json()["items"]
    ended = await house.client.delete(f"/v1/sessions/{phone['session_id']}", headers=bearer(desk))
    left = (await house.client.get("/v1/sessions", headers=bearer(desk))).json()["items"]

    assert {item["id"]: (item["method"], item["current"]) for item in listed} == {
        phone["session_id"]: ("sign-up", False),
        desk["session_id"]: ("password", True),
    }
    assert next(item["device"] for item in listed if item["current"]) == "Firefox[31m/140"
    assert ended.status_code == 204
    assert [item["id"] for item in left] == [desk["session_id"]]
    assert (await house.refresh(phone["refresh_token"])).status_code == 401


async def test_a_member_has_fifty_sessions_at_most_and_loses_those_that_rested_longest(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.accounts.model.sessions.AT_ONCE", 3)
    sessions = [await house.join(AROHA, password=PASSWORD)]
    for _ in range(3):
        house.clock.forward(minutes=1)
        sessions.append((await house.log_in(AROHA)).json())

    answers = [await house.refresh(session["refresh_token"]) for session in sessions]

    assert [answer.status_code for answer in answers] == [401, 200, 200, 200]


async def test_logging_out_ends_the_session_that_asks(house: House) -> None:
    joined = await house.join(AROHA)

    answer = await house.client.delete("/v1/sessions/current", headers=bearer(joined))

    assert answer.status_code == 204
    assert (await house.refresh(joined["refresh_token"])).status_code == 401


async def test_logging_out_everywhere_ends_all_sessions(house: House) -> None:
    phone = await house.join(AROHA, password=PASSWORD)
    desk = (await house.log_in(AROHA)).json()

    await house.client.delete("/v1/sessions", headers=bearer(desk))

    for session in (phone, desk):
        assert (await house.refresh(session["refresh_token"])).status_code == 401


async def test_nobody_sees_or_ends_anothers_session(house: House) -> None:
    aroha = await house.join(AROHA)
    mallory = await house.join("mallory@thinktank.example")

    refused = await house.client.delete(f"/v1/sessions/{aroha['session_id']}", headers=bearer(mallory))
    listed = (await house.client.get("/v1/sessions", headers=bearer(mallory))).json()["items"]

    assert (refused.status_code, slug(refused)) == (404, "session-not-found")
    assert [item["id"] for item in listed] == [mallory["session_id"]]
    assert (await house.refresh(aroha["refresh_token"])).status_code == 200


async def test_an_access_token_says_who_and_how_and_lives_ten_minutes(house: House) -> None:
    joined = await house.join(AROHA)
    verifier = house.client._transport.app.state.resources.tokens  # type: ignore[attr-defined]

    claims = await verifier.verify(joined["access_token"])
    house.clock.forward(minutes=10)

    assert (claims["sub"], claims["sid"]) == (joined["member"]["id"], joined["session_id"])
    assert (claims["standing"], claims["roles"]) == ("official", [])
    assert claims["exp"] - claims["iat"] == 600
    with pytest.raises(TokenInvalid):
        await verifier.verify(joined["access_token"])
