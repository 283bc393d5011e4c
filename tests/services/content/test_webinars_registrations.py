"""Places at webinars: never more than there are, whoever comes at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from services.content.errors import WebinarFull
from services.content.model import registrations
from services.content.model.lists import Place
from services.content.model.registrations import registration_id
from services.content.store.webinars import WebinarStore
from shared.events.content import WebinarRegistered, WebinarRegistrationCancelled
from tests.services.content.announcing import announce, seen, slug_of
from tests.services.content.conftest import House
from tests.support import assert_index_used

STARTS = datetime(2026, 7, 31, 5, 30, tzinfo=UTC)


async def register(house: House, by: str = "amina", slug: str = "asia-pacific") -> httpx2.Response:
    return await house.client.post(f"/v1/webinars/{slug}/registrations", headers=house.signed_in(by))


async def give_up(house: House, registration: httpx2.Response, by: str = "amina") -> httpx2.Response:
    return await house.client.delete(f"/v1/registrations/{registration.json()['id']}", headers=house.signed_in(by))


async def places_left(house: House) -> Any:
    return (await house.client.get("/v1/webinars/asia-pacific")).json()["places_left"]


async def test_a_member_takes_a_place_and_learns_where_to_go(house: House) -> None:
    await announce(house, capacity=10, join_url="https://meet.example/asia")

    taken = await register(house)

    assert taken.status_code == 201
    assert taken.headers["Location"] == f"/v1/registrations/{taken.json()['id']}"
    assert taken.json()["join_url"] == "https://meet.example/asia"
    assert await places_left(house) == 9
    (event,) = await house.told("registrations")
    assert isinstance(event, WebinarRegistered)
    assert (event.registration_id, event.member_id) == (taken.json()["id"], "amina")


async def test_fifty_at_once_at_a_capacity_of_ten_are_exactly_ten(house: House) -> None:
    await announce(house, capacity=10)

    answers = await asyncio.gather(*(register(house, f"member-{number}") for number in range(50)))

    assert Counter(answer.status_code for answer in answers) == {201: 10, 409: 40}
    assert {slug_of(answer) for answer in answers if answer.status_code == 409} == {"webinar-full"}
    assert await places_left(house) == 0
    assert await house.database["registrations"].count_documents({"state": "registered"}) == 10
    assert len(await house.told("registrations")) == 10


async def test_two_processes_that_sell_the_same_places_never_oversell(house: House) -> None:
    webinar = await announce(house, capacity=10)
    other = WebinarStore(house.deps.client, house.database)  # Another process has crowds of its own.

    async def from_another_process(member: str) -> int:
        now = house.clock.now()
        try:
            await other.crowd.change(
                webinar["id"],
                registration_id(webinar["id"], member),
                lambda found, before: registrations.register(found, before, member_id=member, at=now),
                at=now,
            )
        except WebinarFull:
            return 409
        return 201

    async def from_this_one(member: str) -> int:
        return (await register(house, member)).status_code

    statuses = await asyncio.gather(
        *(from_this_one(f"here-{number}") for number in range(25)),
        *(from_another_process(f"there-{number}") for number in range(25)),
    )

    assert Counter(statuses) == {201: 10, 409: 40}
    assert (await house.database["webinars"].find_one({}))["taken"] == 10  # type: ignore[index]
    assert len(await house.told("registrations")) == 10


async def test_one_member_who_registers_fifty_times_at_once_has_one_place(house: House) -> None:
    await announce(house, capacity=10)

    answers = await asyncio.gather(*(register(house) for _ in range(50)))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 49}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await places_left(house) == 9
    assert len(await house.told("registrations")) == 1


async def test_two_rushes_at_once_do_not_disturb_each_other(house: House) -> None:
    await announce(house, capacity=3)
    await announce(house, "europe", capacity=4)

    await asyncio.gather(
        *(register(house, f"member-{number}", slug) for number in range(10) for slug in ("asia-pacific", "europe"))
    )

    rows = await house.database["webinars"].find({}).sort("slug", 1).to_list()
    assert [(row["slug"], row["taken"]) for row in rows] == [("asia-pacific", 3), ("europe", 4)]


async def test_a_place_given_up_is_free_for_the_next(house: House) -> None:
    await announce(house, capacity=1)
    first = await register(house)
    refused = await register(house, "wiremu")

    gone = [await give_up(house, first) for _ in range(2)]
    second = await register(house, "wiremu")

    assert (refused.status_code, second.status_code) == (409, 201)
    assert [answer.status_code for answer in gone] == [204, 204]
    cancelled = [e for e in await house.told("registrations") if isinstance(e, WebinarRegistrationCancelled)]
    assert [event.member_id for event in cancelled] == ["amina"]


async def test_who_comes_back_has_the_same_registration_told_in_order(house: House) -> None:
    await announce(house, capacity=1)
    first = await register(house)
    await give_up(house, first)

    again = await register(house)

    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    kinds = [type(event).__name__ for event in await house.told("registrations")]
    assert kinds == ["WebinarRegistered", "WebinarRegistrationCancelled", "WebinarRegistered"]


async def test_registering_and_giving_up_in_one_rush_leaves_the_count_right(house: House) -> None:
    await announce(house, capacity=5)
    held = [await register(house, f"member-{number}") for number in range(5)]

    await asyncio.gather(
        *(give_up(house, registration, f"member-{number}") for number, registration in enumerate(held)),
        *(register(house, f"newcomer-{number}") for number in range(5)),
    )

    registered = await house.database["registrations"].count_documents({"state": "registered"})
    (webinar,) = await house.database["webinars"].find({}).to_list()
    assert webinar["taken"] == registered <= 5


async def test_a_webinar_that_has_started_takes_nobody_and_lets_nobody_go(house: House) -> None:
    await announce(house)
    held = await register(house)
    house.clock.set(STARTS)

    late, leaving = await register(house, "wiremu"), await give_up(house, held)
    again = await register(house)

    assert [(answer.status_code, slug_of(answer)) for answer in (late, leaving)] == [(409, "webinar-started")] * 2
    assert again.status_code == 200, "who has a place has it still"


async def test_a_cancelled_webinar_takes_nobody(house: House) -> None:
    webinar = await announce(house, join_url="https://meet.example/asia")
    await register(house)
    await house.client.post("/v1/webinars/asia-pacific/cancellation", json={}, headers=seen(house, webinar))

    refused = await register(house, "wiremu")

    assert (refused.status_code, slug_of(refused)) == (409, "webinar-cancelled")
    (mine,) = (await house.client.get("/v1/registrations", headers=house.signed_in("amina"))).json()["items"]
    assert (mine["webinar"]["state"], mine["join_url"]) == ("cancelled", None)


async def test_registering_needs_a_membership(house: House) -> None:
    await announce(house)

    refused = await house.client.post("/v1/webinars/asia-pacific/registrations")

    assert (refused.status_code, slug_of(refused)) == (401, "not-signed-in")
    assert await places_left(house) is None


async def test_a_member_whose_review_is_pending_registers_like_any_other(house: House) -> None:
    await announce(house)

    taken = await house.client.post(
        "/v1/webinars/asia-pacific/registrations", headers=house.signed_in("amina", standing="pending")
    )

    assert taken.status_code == 201


async def test_anothers_registration_is_not_there(house: House) -> None:
    await announce(house)
    held = await register(house)

    read = await house.client.get(held.headers["Location"], headers=house.signed_in("wiremu"))
    left = await give_up(house, held, "wiremu")
    mine = await house.client.get(held.headers["Location"], headers=house.signed_in("amina"))

    assert [(answer.status_code, slug_of(answer)) for answer in (read, left)] == [(404, "registration-not-found")] * 2
    assert mine.json()["state"] == "registered"


async def test_a_registration_for_no_webinar_is_not_found(house: House) -> None:
    refused = await register(house, slug="nothing")

    assert (refused.status_code, slug_of(refused)) == (404, "webinar-not-found")


async def test_members_see_the_places_they_hold_page_by_page(house: House) -> None:
    for number in range(3):
        await announce(house, f"session-{number}")
        await register(house, slug=f"session-{number}")
        await register(house, "wiremu", slug=f"session-{number}")
        house.clock.move(timedelta(minutes=1))
    given_up = await register(house, slug="session-1")
    await give_up(house, given_up)

    slugs, address = [], "/v1/registrations?limit=1&zone=Pacific/Auckland"
    while address:
        page = (await house.client.get(address, headers=house.signed_in("amina"))).json()
        slugs += [item["webinar"]["slug"] for item in page["items"]]
        assert page["items"][0]["webinar"]["times"]["viewer"]["words"] == "5.30pm Auckland time on July 31st"
        cursor = page["next"]
        address = cursor and f"/v1/registrations?limit=1&zone=Pacific/Auckland&cursor={cursor}"

    assert slugs == ["session-2", "session-0"]


async def test_fewer_places_than_are_taken_is_refused(house: House) -> None:
    webinar = await announce(house, capacity=3)
    for member in ("amina", "wiremu"):
        await register(house, member)
    body = {"title": webinar["title"], "capacity": 1}

    refused = await house.client.put("/v1/webinars/asia-pacific", json=body, headers=seen(house, webinar))
    enough = await house.client.put(
        "/v1/webinars/asia-pacific", json={**body, "capacity": 2}, headers=seen(house, webinar)
    )

    assert (refused.status_code, slug_of(refused), refused.json()["taken"]) == (409, "places-taken", 2)
    assert (enough.status_code, enough.json()["places_left"]) == (200, 0)


async def test_a_capacity_lowered_in_the_middle_of_a_rush_is_never_exceeded(house: House) -> None:
    webinar = await announce(house, capacity=20)

    async def lower() -> int:
        body = {"title": webinar["title"], "capacity": 5}
        answer = await house.client.put("/v1/webinars/asia-pacific", json=body, headers=seen(house, webinar))
        return answer.status_code

    _, *statuses = await asyncio.gather(lower(), *(register(house, f"member-{number}") for number in range(30)))

    (row,) = await house.database["webinars"].find({}).to_list()
    sold = Counter(answer.status_code for answer in statuses)[201]  # type: ignore[attr-defined]
    assert row["taken"] == sold <= row["about"]["capacity"]


async def test_rescheduling_in_the_middle_of_a_rush_loses_no_place(house: House) -> None:
    webinar = await announce(house, capacity=100)
    time = {"wall_time": "2026-08-01T10:00", "zone": "Asia/Singapore"}

    moved, *answers = await asyncio.gather(
        house.client.put("/v1/webinars/asia-pacific/time", json=time, headers=seen(house, webinar)),
        *(register(house, f"member-{number}") for number in range(30)),
    )

    assert moved.status_code == 200, moved.text
    assert {answer.status_code for answer in answers} == {201}
    assert await places_left(house) == 70


@pytest.mark.parametrize("after", [None, (STARTS, "x")])
async def test_a_members_list_has_its_index(house: House, after: Any) -> None:
    await announce(house)
    await register(house)

    query = WebinarStore.registrations_query("amina", Place(*after) if after else None)

    found = house.database["registrations"].find(query).sort([("registered_at", -1), ("_id", -1)])
    await assert_index_used(found)


async def test_a_member_sees_their_place_wherever_the_webinar_is_shown(house: House) -> None:
    await announce(house, capacity=10, join_url="https://meet.example/asia")
    taken = await register(house)

    own = house.signed_in("amina")
    page = (await house.client.get("/v1/webinars/asia-pacific", headers=own)).json()
    (listed,) = (await house.client.get("/v1/webinars", headers=own)).json()["items"]
    (another,) = (await house.client.get("/v1/webinars", headers=house.signed_in("wiremu"))).json()["items"]
    stranger = (await house.client.get("/v1/webinars/asia-pacific")).json()

    assert page["place"] == listed["place"]
    assert (page["place"]["id"], page["place"]["join_url"]) == (taken.json()["id"], "https://meet.example/asia")
    assert (another["place"], stranger["place"]) == (None, None)

    await give_up(house, taken)

    assert (await house.client.get("/v1/webinars/asia-pacific", headers=own)).json()["place"] is None


async def test_a_full_webinar_offers_the_next_of_its_series_that_has_places(house: House) -> None:
    await house.database["series"].insert_one({"_id": "open", "version": 0, "title": "Open"})
    await announce(house, series="open", capacity=1)
    for slug, days in (("full-too", 7), ("called-off", 14), ("with-places", 21), ("later", 28)):
        wall_time = (datetime(2026, 7, 31, 13, 30) + timedelta(days=days)).isoformat()  # noqa: DTZ001 - a wall's
        time = {"wall_time": wall_time, "zone": "Asia/Singapore"}
        webinar = await announce(house, slug=slug, series="open", capacity=1, time=time)
        if slug == "called-off":
            headers = house.signed_in("esther") | {"If-Match": webinar["etag"]}
            await house.client.post(f"/v1/webinars/{slug}/cancellation", json={}, headers=headers)
    for slug in ("asia-pacific", "full-too"):
        assert (await register(house, "wiremu", slug)).status_code == 201

    page = (await house.client.get("/v1/webinars/asia-pacific?zone=Europe/London")).json()
    last = (await house.client.get("/v1/webinars/with-places")).json()

    assert page["places_left"] == 0
    assert page["next_in_series"]["slug"] == "with-places"
    assert page["next_in_series"]["times"]["viewer"]["zone"] == "Europe/London"
    assert last["next_in_series"]["slug"] == "later"


async def test_a_webinar_of_no_series_offers_no_other(house: House) -> None:
    await announce(house)
    await announce(house, slug="another")

    assert (await house.client.get("/v1/webinars/asia-pacific")).json()["next_in_series"] is None


async def test_the_next_of_a_series_is_found_by_an_index(house: House) -> None:
    await announce(house)
    store = house.deps.webinars

    query = store.next_query("open", STARTS)

    await assert_index_used(house.database["webinars"].find(query).sort(store.order("upcoming")).limit(2))
