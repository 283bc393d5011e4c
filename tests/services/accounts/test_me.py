"""What members see and change of themselves, and nobody else does."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.services.accounts.conftest import PASSWORD, House, bearer, slug

AROHA = "aroha.ngata@health.govt.nz"


async def patch(house: House, session: dict[str, Any], etag: str | None, **fields: Any) -> Any:
    headers = bearer(session) | ({"If-Match": etag} if etag else {})
    return await house.client.patch("/v1/me", json=fields, headers=headers)


async def test_a_member_changes_the_profile_they_have_seen(house: House) -> None:
    session = await house.join(AROHA, organisation="Ministry of Health")
    seen = await house.client.get("/v1/me", headers=bearer(session))

    changed = await patch(
        house,
        session,
        seen.headers["etag"],
        topics=["trust", "trust", "health"],
        zone="Asia/Singapore",
        organisation=None,
    )

    assert changed.status_code == 200
    me = changed.json()
    assert (me["topics"], me["zone"], me["organisation"]) == (["trust", "health"], "Asia/Singapore", None)
    assert changed.headers["etag"] == '"2"'
    said = await house.said("members", me["id"])
    assert said[-2:] == ["MemberUpdated", "ContactChanged"]
    [_, contact] = await house.events("members", me["id"], "ContactChanged")
    assert (contact["zone"], contact["revision"]) == ("Asia/Singapore", 2)


async def test_only_those_who_need_to_know_hear_of_a_change(house: House) -> None:
    session = await house.join(AROHA)
    before = await house.said("members", session["member"]["id"])

    await patch(house, session, '"1"', topics=["health"])
    await patch(house, session, '"2"', job_title="Chief Adviser")

    assert await house.said("members", session["member"]["id"]) == [*before, "MemberUpdated", "ContactChanged"]


async def test_nothing_new_changes_nothing(house: House) -> None:
    session = await house.join(AROHA)

    answer = await patch(house, session, '"1"', name="Aroha Ngata")

    assert answer.headers["etag"] == '"1"'


async def test_a_change_against_an_old_version_is_stale(house: House) -> None:
    session = await house.join(AROHA)
    await patch(house, session, '"1"', name="Aroha N. Ngata")

    stale = await patch(house, session, '"1"', name="Somebody")
    unconditional = await patch(house, session, None, name="Somebody")

    assert (stale.status_code, slug(stale)) == (412, "stale-write")
    assert (unconditional.status_code, slug(unconditional)) == (428, "precondition-required")


async def test_of_ten_changes_to_one_version_one_is_made(house: House) -> None:
    session = await house.join(AROHA)

    answers = await asyncio.gather(*(patch(house, session, '"1"', name=f"Aroha {n}") for n in range(10)))

    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 9]


async def test_what_has_not_changed_is_not_sent_again(house: House) -> None:
    session = await house.join(AROHA)
    seen = await house.client.get("/v1/me", headers=bearer(session))

    again = await house.client.get("/v1/me", headers=bearer(session) | {"If-None-Match": seen.headers["etag"]})

    assert again.status_code == 304


NOT_THEIRS_TO_SAY: list[dict[str, Any]] = [
    {"zone": "Mars/Olympus"},
    {"country": "XX"},
    {"name": None},
    {"topics": None},
    {"email": "other@health.govt.nz"},
    {"standing": "official"},
    {"roles": ["admin"]},
    {"name": "N" * 121},
    {"name": {"$set": {"roles": ["admin"]}}},
]


async def test_what_members_may_not_say_of_themselves_is_refused(house: House) -> None:
    session = await house.join(AROHA)

    for fields in NOT_THEIRS_TO_SAY:
        refused = await patch(house, session, '"1"', **fields)
        assert (refused.status_code, slug(refused)) == (422, "validation-failed"), fields

    assert (await house.deps.members.load(session["member"]["id"])).version == 1


async def test_what_is_secret_is_never_shown(house: House) -> None:
    session = await house.join(AROHA, password=PASSWORD)

    shown = (await house.client.get("/v1/me", headers=bearer(session))).text

    assert "argon2" not in shown
    assert "address_key" not in shown
    assert '"has_password":true' in shown


async def test_a_password_is_set_and_changed_and_ends_the_other_sessions(house: House) -> None:
    desk = await house.join(AROHA)
    put = house.client.put
    first = await put("/v1/me/password", json={"password": PASSWORD}, headers=bearer(desk))
    phone = (await house.log_in(AROHA)).json()

    wrong = await put(
        "/v1/me/password", json={"password": "two herons now", "present_password": "guess"}, headers=bearer(desk)
    )
    right = await put(
        "/v1/me/password", json={"password": "two herons now", "present_password": PASSWORD}, headers=bearer(desk)
    )

    assert (first.status_code, right.status_code) == (204, 204)
    assert (wrong.status_code, slug(wrong)) == (403, "password-wrong")
    assert (await house.log_in(AROHA, "two herons now")).status_code == 201
    assert (await house.refresh(phone["refresh_token"])).status_code == 401
    assert (await house.refresh(desk["refresh_token"])).status_code == 200


async def test_a_session_that_was_ended_cannot_change_the_password(house: House) -> None:
    session = await house.join(AROHA)
    await house.client.delete("/v1/sessions/current", headers=bearer(session))

    refused = await house.client.put("/v1/me/password", json={"password": PASSWORD}, headers=bearer(session))

    assert (refused.status_code, slug(refused)) == (401, "session-ended")


async def test_without_a_token_there_is_no_me(house: House) -> None:
    for method, path in (
        ("GET", "/v1/me"),
        ("GET", "/v1/sessions"),
        ("DELETE", "/v1/sessions"),
        ("POST", "/v1/me/readers"),
    ):
        answer = await house.client.request(method, path)
        assert (answer.status_code, slug(answer)) == (401, "not-signed-in")
