from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.community.model import State
from services.community.store.suggestions import Order
from tests.services.community.conftest import House
from tests.support import assert_index_used

BUS_LANES = {"title": "How Nairobi made room for buses", "topics": ["transport"]}


async def suggest(house: House, member: str = "wiremu", **draft: Any) -> dict[str, Any]:
    answer = await house.client.post("/v1/suggestions", json=BUS_LANES | draft, headers=house.signed_in(member))
    assert answer.status_code == 201, answer.text
    suggestion: dict[str, Any] = answer.json()
    return suggestion


async def move(house: House, suggestion: dict[str, Any], **decision: Any) -> Any:
    headers = house.signed_in("ingrid", roles=["community_manager"])
    return await house.client.post(f"/v1/suggestions/{suggestion['id']}/moves", json=decision, headers=headers)


async def test_a_suggestion_goes_to_the_community_manager(house: House) -> None:
    suggestion = await suggest(house)

    managers = (await house.client.get("/v1/suggestions/managers")).json()

    assert suggestion["manager"] == {"id": "ingrid", "name": "Ingrid Ek"}
    assert managers == [{"id": "ingrid", "name": "Ingrid Ek"}]
    assert (suggestion["state"], suggestion["support"], suggestion["mine"]) == ("new", 1, True)
    assert await house.said("suggestions") == ["TopicSuggested"]


async def test_a_suggestion_becomes_a_webinar_and_its_submitter_hears_of_each_step(house: House) -> None:
    suggestion = await suggest(house)

    await move(house, suggestion, state="triaged")
    await move(house, suggestion, state="planned", reason="In spring")
    scheduled = await move(house, suggestion, state="scheduled", webinar_id="asia-pacific")

    assert scheduled.status_code == 200
    assert scheduled.json()["webinar_id"] == "asia-pacific"
    assert [step["state"] for step in scheduled.json()["moves"]] == ["triaged", "planned", "scheduled"]
    document = await house.database["suggestions"].find_one({"_id": suggestion["id"]})
    assert document
    moved = [row["data"] for row in document["outbox"] if row["type"].endswith("SuggestionMoved.v1")]
    assert [(event["state"], event["submitter_id"]) for event in moved] == [
        ("triaged", "wiremu"),
        ("planned", "wiremu"),
        ("scheduled", "wiremu"),
    ]


@pytest.mark.parametrize(
    ("decision", "status", "slug"),
    [
        ({"state": "scheduled", "webinar_id": "asia-pacific"}, 409, "illegal-move"),
        ({"state": "declined"}, 422, "reason-missing"),
        ({"state": "triaged", "webinar_id": "asia-pacific"}, 422, "webinar-unknown"),
        ({"state": "triaged", "webinar_id": "unheard-of"}, 422, "webinar-unknown"),
        ({"state": "new"}, 422, "validation-failed"),
    ],
)
async def test_illegal_moves_change_nothing(house: House, decision: dict[str, str], status: int, slug: str) -> None:
    suggestion = await suggest(house)

    answer = await move(house, suggestion, **decision)

    assert answer.status_code == status
    assert answer.json()["type"].endswith(f"/{slug}")
    now = (await house.client.get(f"/v1/suggestions/{suggestion['id']}")).json()
    assert (now["state"], now["moves"]) == ("new", [])


async def test_only_a_community_manager_moves_a_suggestion(house: House) -> None:
    suggestion = await suggest(house)
    path = f"/v1/suggestions/{suggestion['id']}/moves"

    by_submitter = await house.client.post(path, json={"state": "triaged"}, headers=house.signed_in("wiremu"))
    by_nobody = await house.client.post(path, json={"state": "triaged"})

    assert (by_submitter.status_code, by_nobody.status_code) == (403, 401)


async def test_two_managers_at_once_decide_once(house: House) -> None:
    suggestion = await suggest(house)

    answers = await asyncio.gather(*(move(house, suggestion, state="triaged") for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]


async def test_supporters_are_a_set_and_are_not_named(house: House) -> None:
    suggestion = await suggest(house)
    path = f"/v1/suggestions/{suggestion['id']}/support"

    for member in ("amina", "amina", "ingrid"):
        answer = await house.client.put(path, headers=house.signed_in(member))
    withdrawn = await house.client.delete(path, headers=house.signed_in("amina"))

    assert answer.json()["support"] == 3
    assert (withdrawn.json()["support"], withdrawn.json()["supported"]) == (2, False)
    assert "amina" not in answer.text


async def test_a_list_shows_the_newest_first_and_by_state(house: House) -> None:
    first, second = await suggest(house), await suggest(house, "amina", title="Trust in numbers")
    await move(house, second, state="triaged")

    everything = (await house.client.get("/v1/suggestions")).json()["items"]
    triaged = (await house.client.get("/v1/suggestions?state=triaged")).json()["items"]

    assert [s["id"] for s in everything] == [second["id"], first["id"]]
    assert [s["id"] for s in triaged] == [second["id"]]


async def test_lists_are_read_from_an_index(house: House) -> None:
    suggestion = await suggest(house)
    stored = await house.deps.suggestions.load(suggestion["id"])

    store = house.deps.suggestions
    orders: list[tuple[Order, list[Any]]] = [
        ("newest", [stored.suggested_at, stored.id]),
        ("support", [stored.support, stored.suggested_at, stored.id]),
    ]
    for order, after in orders:
        states: tuple[State | None, ...] = (None, "new")
        for state in states:
            await assert_index_used(store.page_cursor(state, None, order, after=None).limit(20))
            await assert_index_used(store.page_cursor(state, None, order, after=after).limit(20))
    await assert_index_used(store.page_cursor(None, "wiremu", "newest", after=None).limit(20))
    await assert_index_used(house.database["members"].find({"roles": "community_manager"}).sort("_id", 1))


async def test_more_than_ten_suggestions_a_day_are_refused(house: House) -> None:
    for _ in range(house.deps.settings.suggestions_per_window):
        await suggest(house)

    answer = await house.client.post("/v1/suggestions", json=BUS_LANES, headers=house.signed_in("wiremu"))

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


async def test_a_community_manager_reads_the_list_by_support_and_sees_who_asked(house: House) -> None:
    few, many = await suggest(house, title="Few"), await suggest(house, title="Many")
    for member in ("amina", "ingrid"):
        await house.client.put(f"/v1/suggestions/{many['id']}/support", headers=house.signed_in(member))
    query = {"state": "new", "order": "support"}
    manager = house.signed_in("ingrid", roles=["community_manager"])

    listed = (await house.client.get("/v1/suggestions", params=query, headers=manager)).json()["items"]
    public = (await house.client.get("/v1/suggestions", params=query)).json()["items"]

    assert [each["id"] for each in listed] == [each["id"] for each in public] == [many["id"], few["id"]]
    assert listed[0]["submitter"]["name"] == "Wiremu Parata"
    assert public[0]["submitter"] is None


@pytest.mark.parametrize("order", ["newest", "support"])
async def test_pages_of_suggestions_follow_one_another(house: House, order: str) -> None:
    for number in range(5):
        made = await suggest(house, title=f"Number {number}")
        if number % 2:
            await house.client.put(f"/v1/suggestions/{made['id']}/support", headers=house.signed_in("amina"))
    whole = (await house.client.get("/v1/suggestions", params={"order": order})).json()["items"]

    answer = await house.client.get("/v1/suggestions", params={"order": order, "limit": 2})
    found = answer.json()["items"]
    while "next" in answer.links:
        answer = await house.client.get(answer.links["next"]["url"])
        found += answer.json()["items"]

    assert [each["id"] for each in found] == [each["id"] for each in whole]
    assert len(found) == 5


async def test_members_find_what_they_suggested_themselves(house: House) -> None:
    own = await suggest(house, "amina", title="Mine")
    await suggest(house, "wiremu", title="Another's")

    mine = await house.client.get("/v1/suggestions", params={"mine": True}, headers=house.signed_in("amina"))
    stranger = await house.client.get("/v1/suggestions", params={"mine": True})

    assert [each["id"] for each in mine.json()["items"]] == [own["id"]]
    assert (stranger.status_code, stranger.json()["type"].rpartition("/")[2]) == (401, "not-signed-in")


async def test_a_suggestion_names_the_webinar_that_came_of_it(house: House) -> None:
    suggestion = await suggest(house)
    await move(house, suggestion, state="triaged")
    await move(house, suggestion, state="planned")
    await move(house, suggestion, state="scheduled", webinar_id="asia-pacific")

    shown = (await house.client.get("/v1/suggestions", params={"state": "scheduled"})).json()["items"]

    assert [each["webinar"] for each in shown] == [
        {"id": "asia-pacific", "slug": "asia-pacific", "title": "Open government in Asia and the Pacific"}
    ]
