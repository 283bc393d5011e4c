"""Members who come from elsewhere: once each, whatever is repeated."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.services.accounts.conftest import PASSWORD, House, slug

WANJIRU = {
    "external_id": "crm-1017",
    "email": "wanjiru.kamau@ict.go.ke",
    "name": "Wanjirũ Kamau",
    "country": "KE",
    "organisation": "ICT Authority",
    "zone": "Africa/Nairobi",
    "topics": ["open-data"],
}


async def bring(house: House, admin: dict[str, str], **about: Any) -> Any:
    return await house.client.post("/v1/imports/members", json={**WANJIRU, **about}, headers=admin)


async def test_an_imported_member_is_there_at_once_with_password_and_roles(house: House) -> None:
    admin = await house.admin()

    answer = await bring(house, admin, password=PASSWORD, roles=["editor"])
    logged_in = await house.log_in("wanjiru.kamau@ict.go.ke")

    assert answer.status_code == 201
    member = answer.json()
    assert (member["standing"], member["verdict"]["rule"], member["roles"]) == ("official", "go.ke", ["editor"])
    assert logged_in.json()["member"]["id"] == member["id"]
    assert await house.said("members", member["id"]) == [
        "MemberJoined",
        "MemberVerified",
        "MemberUpdated",
        "ContactChanged",
    ]
    [updated] = await house.events("members", member["id"], "MemberUpdated")
    assert updated["roles"] == ["editor"]


async def test_the_same_external_id_again_changes_nothing(house: House) -> None:
    admin = await house.admin()
    first = await bring(house, admin)

    again = await bring(house, admin, name="Somebody Else", roles=["admin"])

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()


async def test_imports_of_one_member_at_once_make_one(house: House) -> None:
    admin = await house.admin()

    answers = await asyncio.gather(*(bring(house, admin) for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [*[200] * 9, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_an_address_that_is_anothers_is_refused(house: House) -> None:
    admin = await house.admin()
    await house.join("wanjiru.kamau@ict.go.ke")

    refused = await bring(house, admin)

    assert (refused.status_code, slug(refused)) == (409, "address-taken")


async def test_a_review_made_elsewhere_is_taken_over(house: House) -> None:
    admin = await house.admin()

    reviewed = await bring(house, admin, email="wanjiru@openinstitute.example", standing="member")
    unknown = await bring(house, admin, external_id="crm-1018", email="otieno@openinstitute.example")

    assert (reviewed.json()["standing"], reviewed.json()["review"]["state"]) == ("member", "member")
    assert (unknown.json()["standing"], unknown.json()["review"]["state"]) == ("pending", "waiting")


async def test_a_weak_password_or_a_wrong_zone_imports_nothing(house: House) -> None:
    admin = await house.admin()

    weak = await bring(house, admin, password="wanjiru kamau")
    wrong = await bring(house, admin, zone="Nairobi")

    assert (weak.status_code, slug(weak)) == (422, "password-weak")
    assert (wrong.status_code, slug(wrong)) == (422, "validation-failed")
    assert await house.deps.members.by_external_id("crm-1017") is None
