"""What staff decide: reviews once and with a reason, roles with a trail, suspensions with an end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.services.accounts.conftest import House, bearer, slug

LI_WEI = "li.wei@thinktank.example"
REASON = "The institute is run by the Ministry of Home Affairs."


async def review(house: House, staff: dict[str, str], member_id: str, outcome: str, reason: str = REASON) -> Any:
    decision = {"outcome": outcome, "reason": reason}
    return await house.client.post(f"/v1/members/{member_id}/review", json=decision, headers=staff)


async def give_roles(house: House, staff: dict[str, str], member_id: str, *roles: str, version: int = 1) -> Any:
    body = {"roles": list(roles), "reason": "Joins the editorial board."}
    headers = staff | {"If-Match": f'"{version}"'}
    return await house.client.put(f"/v1/members/{member_id}/roles", json=body, headers=headers)


@pytest.mark.parametrize(
    ("outcome", "standing", "events"),
    [
        ("official", "official", ["MemberVerified", "MemberUpdated"]),
        ("member", "member", ["MemberUpdated"]),
        ("declined", "pending", ["MemberUpdated"]),
    ],
)
async def test_a_review_ends_a_members_waiting(house: House, outcome: str, standing: str, events: list[str]) -> None:
    joined = await house.join(LI_WEI)
    member_id = joined["member"]["id"]
    before = await house.said("members", member_id)

    decided = await review(house, await house.admin(), member_id, outcome)
    refreshed = (await house.refresh(joined["refresh_token"])).json()

    assert decided.status_code == 200
    assert (decided.json()["standing"], decided.json()["review"]["reason"]) == (standing, REASON)
    assert refreshed["member"]["standing"] == standing
    assert await house.said("members", member_id) == [*before, *events]
    if outcome == "official":
        [verified] = await house.events("members", member_id, "MemberVerified")
        assert verified["rule"] == "review"


async def test_a_second_decision_is_refused(house: House) -> None:
    member_id = (await house.join(LI_WEI))["member"]["id"]
    admin = await house.admin()
    await review(house, admin, member_id, "member")

    second = await review(house, admin, member_id, "declined")

    assert (second.status_code, slug(second)) == (409, "review-decided")
    assert (await house.deps.members.load(member_id)).standing == "member"


async def test_of_many_decisions_at_once_one_counts(house: House) -> None:
    member_id = (await house.join(LI_WEI))["member"]["id"]
    admin = await house.admin()

    answers = await asyncio.gather(
        *(review(house, admin, member_id, outcome) for outcome in ("official", "member", "declined") * 3)
    )

    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 8]


async def test_a_reason_is_mandatory_and_an_official_needs_no_review(house: House) -> None:
    pending = (await house.join(LI_WEI))["member"]["id"]
    official = (await house.join("aroha@health.govt.nz"))["member"]["id"]
    admin = await house.admin()

    without = await review(house, admin, pending, "member", reason=" ")
    needless = await review(house, admin, official, "member")

    assert (without.status_code, slug(without)) == (422, "validation-failed")
    assert (needless.status_code, slug(needless)) == (409, "nothing-to-review")


async def test_the_queue_shows_who_has_waited_longest_first(house: House) -> None:
    for number in range(5):
        await house.join(f"guest{number}@thinktank.example", name=f"Guest {number}")
        house.clock.forward(minutes=1)
    await house.join("aroha@health.govt.nz")
    admin = await house.admin()

    first = await house.client.get("/v1/members", params={"review": "waiting", "limit": 3}, headers=admin)
    second = await house.client.get(
        "/v1/members", params={"review": "waiting", "limit": 3, "cursor": first.json()["next"]}, headers=admin
    )

    names = [item["name"] for page in (first, second) for item in page.json()["items"]]
    assert names == [f"Guest {number}" for number in range(5)]
    assert second.json()["next"] is None
    assert 'rel="next"' in first.headers["link"]


async def test_staff_page_through_members_from_the_newest_on(house: House) -> None:
    for number in range(4):
        house.clock.forward(minutes=1)
        await house.join(f"guest{number}@thinktank.example", name=f"Guest {number}")
    admin = await house.admin()

    names: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = (await house.client.get("/v1/members", params=query, headers=admin)).json()
        names += [item["name"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]

    assert names == ["Guest 3", "Guest 2", "Guest 1", "Guest 0", "Administrator"]


async def test_an_altered_cursor_is_refused(house: House) -> None:
    answer = await house.client.get("/v1/members", params={"cursor": "AAAA"}, headers=await house.admin())

    assert (answer.status_code, slug(answer)) == (400, "cursor-invalid")


async def test_roles_are_granted_and_revoked_with_a_trail(house: House) -> None:
    joined = await house.join("aroha@health.govt.nz")
    member_id = joined["member"]["id"]
    admin = await house.admin()

    granted = await give_roles(house, admin, member_id, "moderator", "editor")
    await give_roles(house, admin, member_id, "editor", version=2)
    trail = (await house.client.get(f"/v1/members/{member_id}/audit", headers=admin)).json()["items"]

    assert granted.json()["roles"] == ["editor", "moderator"]
    assert [(entry["action"], entry["what"], entry["reason"]) for entry in trail] == [
        ("roles-granted", ["editor", "moderator"], "Joins the editorial board."),
        ("roles-revoked", ["moderator"], "Joins the editorial board."),
    ]
    assert (await house.refresh(joined["refresh_token"])).json()["member"]["roles"] == ["editor"]
    [_, _, last] = await house.events("members", member_id, "MemberUpdated")
    assert (last["roles"], last["revision"]) == (["editor"], 3)


async def test_the_administrator_finds_members_by_role_and_by_address(house: House) -> None:
    member_id = (await house.join("aroha@health.govt.nz"))["member"]["id"]
    admin = await house.admin()
    await give_roles(house, admin, member_id, "editor")

    editors = (await house.client.get("/v1/members", params={"role": "editor"}, headers=admin)).json()["items"]
    found = await house.client.post("/v1/members/lookup", json={"email": "AROHA@health.govt.nz"}, headers=admin)
    unknown = await house.client.post("/v1/members/lookup", json={"email": "nobody@health.govt.nz"}, headers=admin)

    assert [item["id"] for item in editors] == [member_id]
    assert found.json()["id"] == member_id
    assert (unknown.status_code, slug(unknown)) == (404, "member-not-found")


async def test_nobody_changes_their_own_roles(house: House) -> None:
    admin = await house.admin()
    [me] = (await house.client.get("/v1/members", params={"role": "admin"}, headers=admin)).json()["items"]

    refused = await give_roles(house, admin, me["id"], "admin", "editor")

    assert (refused.status_code, slug(refused)) == (409, "own-roles")


async def test_roles_against_an_old_version_are_refused(house: House) -> None:
    member_id = (await house.join("aroha@health.govt.nz"))["member"]["id"]

    stale = await give_roles(house, await house.admin(), member_id, "editor", version=7)

    assert (stale.status_code, slug(stale)) == (412, "stale-write")


async def test_a_suspension_is_told_and_lifted(house: House) -> None:
    member_id = (await house.join(LI_WEI))["member"]["id"]
    admin = await house.admin()
    until = (house.clock.now() + timedelta(days=7)).isoformat()
    path = f"/v1/members/{member_id}/suspension"

    suspended = await house.client.put(path, json={"until": until, "reason": "Spam in three threads."}, headers=admin)
    lifted = await house.client.put(path, json={"until": None, "reason": "It was a mistake."}, headers=admin)

    assert suspended.json()["suspended_until"] == "2026-07-21T09:30:00Z"
    assert lifted.json()["suspended_until"] is None
    told = [event["suspended_until"] for event in await house.events("members", member_id, "MemberUpdated")]
    assert [bool(moment) for moment in told] == [False, True, False]


async def test_members_without_a_role_do_nothing_of_this(house: House) -> None:
    aroha = await house.join("aroha@health.govt.nz")
    li_wei = (await house.join(LI_WEI))["member"]["id"]
    me = bearer(aroha)
    doors: list[tuple[str, str, dict[str, Any] | None]] = [
        ("GET", "/v1/members", None),
        ("GET", f"/v1/members/{li_wei}", None),
        ("GET", f"/v1/members/{li_wei}/audit", None),
        ("POST", "/v1/members/lookup", {"email": LI_WEI}),
        ("POST", f"/v1/members/{li_wei}/review", {"outcome": "member", "reason": REASON}),
        ("PUT", f"/v1/members/{li_wei}/roles", {"roles": ["admin"], "reason": REASON}),
        ("PUT", f"/v1/members/{li_wei}/suspension", {"until": None, "reason": REASON}),
        ("POST", "/v1/imports/members", {"external_id": "1", "email": "a@b.example", "name": "A"}),
        ("POST", "/v1/domains/changes", {"remove": ["gov.sg"], "reason": REASON}),
        ("GET", "/v1/domains/versions", None),
    ]

    for method, path, body in doors:
        anonymous = await house.client.request(method, path, json=body, headers={"If-Match": '"1"'})
        refused = await house.client.request(method, path, json=body, headers=me | {"If-Match": '"1"'})
        assert (anonymous.status_code, slug(anonymous)) == (401, "not-signed-in"), path
        assert (refused.status_code, slug(refused)) == (403, "forbidden"), path


async def test_a_community_manager_reviews_and_grants_nothing(house: House) -> None:
    manager = await house.join("wiremu@health.govt.nz")
    li_wei = (await house.join(LI_WEI))["member"]["id"]
    await give_roles(house, await house.admin(), manager["member"]["id"], "community_manager")
    staff = bearer((await house.refresh(manager["refresh_token"])).json())

    reviewed = await review(house, staff, li_wei, "member")
    granted = await give_roles(house, staff, li_wei, "admin", version=2)

    assert reviewed.status_code == 200
    assert (granted.status_code, slug(granted)) == (403, "forbidden")
