"""Webinars through the door: announced by the wall, moved, called off, recorded, found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
import vobject
from icalendar import Calendar

from services.content.handlers.webinars import keep_wall_times
from services.content.store.webinars import Narrowed, WebinarStore, When
from services.content.timers import ZoneRulesTimer
from shared.events.content import WebinarCancelled, WebinarRecorded, WebinarScheduled
from tests.services.content.conftest import NOON, House
from tests.support import assert_index_used, eventually, running

ASIA = {"wall_time": "2026-07-31T13:30", "zone": "Asia/Singapore"}
"""Singapore has no summer time: 05:30 UTC."""


async def announce(house: House, slug: str = "asia-pacific", **fields: Any) -> dict[str, Any]:
    """Esther announces a session on open government; returns it with its ETag."""
    answer = await try_to_announce(house, slug, **fields)
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "etag": answer.headers["ETag"]}


async def try_to_announce(house: House, slug: str, *, time: Any = ASIA, **fields: Any) -> httpx2.Response:
    body = {"title": "Open government: the Asia-Pacific session", "slug": slug, "time": time, **fields}
    return await house.client.post("/v1/webinars", json=body, headers=house.signed_in("esther"))


def seen(house: House, webinar: dict[str, Any], by: str = "esther") -> dict[str, str]:
    return house.signed_in(by) | {"If-Match": webinar["etag"]}


async def reschedule(house: House, webinar: dict[str, Any], **time: Any) -> httpx2.Response:
    return await house.client.put(
        f"/v1/webinars/{webinar['slug']}/time", json={**ASIA, **time}, headers=seen(house, webinar)
    )


def slug_of(problem: httpx2.Response) -> str:
    return str(problem.json()["type"]).rpartition("/")[2]


def past(**fields: Any) -> dict[str, Any]:
    """The session of 31 July 2017, as another archive has it."""
    return {
        "external_id": "2017-07-31",
        "slug": "asia-pacific-2017",
        "title": "Open government: the Asia-Pacific session",
        "time": {"wall_time": "2017-07-31T13:30", "zone": "Asia/Singapore"},
        "recording": {"url": "https://video.example/2017", "recorded_at": "2017-08-02T00:00:00Z"},
        **fields,
    }


async def bring(house: House, **fields: Any) -> httpx2.Response:
    return await house.client.post("/v1/imports/webinars", json=past(**fields), headers=house.signed_in("esther"))


async def test_a_webinar_keeps_the_wall_the_zone_and_the_instant(house: House) -> None:
    await bring(house)

    found = (await house.client.get("/v1/webinars/asia-pacific-2017?zone=America/Vancouver")).json()

    assert found["times"]["starts_at"] == "2017-07-31T05:30:00Z"
    assert found["times"]["host"] == {
        "zone": "Asia/Singapore",
        "starts_at": "2017-07-31T13:30:00+08:00",
        "weekday": "Monday",
        "words": "1.30pm Singapore time on July 31st",
    }
    assert found["times"]["viewer"]["words"] == "10.30pm Vancouver time on Sunday July 30th"
    assert (found["state"], found["recording"]["url"]) == ("over", "https://video.example/2017")


async def test_an_announcement_is_told_with_the_wall_and_the_instant(house: House) -> None:
    webinar = await announce(house, regions=["asia-pacific"], capacity=100)

    (event,) = await house.told("webinars")

    assert isinstance(event, WebinarScheduled)
    assert (event.webinar_id, event.sequence, event.capacity) == (webinar["id"], 0, 100)
    assert (event.wall_time, event.zone) == ("2026-07-31T13:30:00", "Asia/Singapore")
    assert event.starts_at == datetime(2026, 7, 31, 5, 30, tzinfo=UTC)
    assert event.ends_at - event.starts_at == timedelta(hours=1)


@pytest.mark.parametrize(
    ("time", "slug"),
    [
        ({"wall_time": "2026-03-29T02:30", "zone": "Europe/Stockholm"}, "wall-time-missing"),
        ({"wall_time": "2026-10-25T02:30", "zone": "Europe/Stockholm"}, "wall-time-ambiguous"),
        ({"wall_time": "2026-07-31T13:30", "zone": "Asia/Singapore", "offset": "+09:00"}, "offset-mismatch"),
        ({"wall_time": "2026-07-31T13:30", "zone": "Asia/Singapur"}, "zone-unknown"),
        ({"wall_time": "2026-02-30T13:30", "zone": "Asia/Singapore"}, "validation-failed"),
        ({"wall_time": "2026-07-31T13:30Z", "zone": "Asia/Singapore"}, "validation-failed"),
        ({"wall_time": "2026-07-31T13:30", "zone": "Asia/Singapore", "minutes": 600}, "validation-failed"),
        ({"wall_time": "2026-03-02T12:00", "zone": "UTC"}, "time-not-possible"),
    ],
)
async def test_a_time_that_cannot_be_is_refused(house: House, time: dict[str, Any], slug: str) -> None:
    refused = await try_to_announce(house, "impossible", time=time)

    assert (refused.status_code, slug_of(refused)) == (422, slug)
    assert await house.database["webinars"].count_documents({}) == 0


async def test_a_time_that_clocks_show_twice_is_taken_with_its_offset(house: House) -> None:
    time = {"wall_time": "2026-10-25T02:30", "zone": "Europe/Stockholm"}

    summer = await announce(house, "summer", time={**time, "offset": "+02:00"})
    winter = await announce(house, "winter", time={**time, "offset": "+01:00"})

    assert summer["times"]["starts_at"] == "2026-10-25T00:30:00Z"
    assert winter["times"]["starts_at"] == "2026-10-25T01:30:00Z"


async def test_a_rescheduled_webinar_is_told_again_with_the_next_sequence(house: House) -> None:
    webinar = await announce(house)

    moved = await reschedule(house, webinar, wall_time="2026-08-01T10:00")

    assert (moved.status_code, moved.json()["sequence"]) == (200, 1)
    events = await house.told("webinars")
    assert [(event.sequence, event.starts_at) for event in events if isinstance(event, WebinarScheduled)] == [
        (0, datetime(2026, 7, 31, 5, 30, tzinfo=UTC)),
        (1, datetime(2026, 8, 1, 2, tzinfo=UTC)),
    ]


async def test_moved_to_where_it_is_it_is_not_moved(house: House) -> None:
    webinar = await announce(house)

    same = await reschedule(house, webinar)

    assert (same.status_code, same.json()["sequence"]) == (200, 0)
    assert len(await house.told("webinars")) == 1


async def test_what_was_seen_too_early_or_not_at_all_cannot_be_changed(house: House) -> None:
    webinar = await announce(house)
    await reschedule(house, webinar, wall_time="2026-08-01T10:00")

    stale = await reschedule(house, webinar, wall_time="2026-08-02T10:00")
    unseen = await house.client.put("/v1/webinars/asia-pacific/time", json=ASIA, headers=house.signed_in("esther"))

    assert (stale.status_code, unseen.status_code) == (412, 428)


async def test_what_is_said_of_it_changes_without_its_being_moved(house: House) -> None:
    webinar = await announce(house)
    body = {"title": "Open government, from Wellington to Delhi", "join_url": "https://meet.example/asia"}

    revised = await house.client.put("/v1/webinars/asia-pacific", json=body, headers=seen(house, webinar))

    assert (revised.status_code, revised.json()["sequence"]) == (200, 0)
    events = [event for event in await house.told("webinars") if isinstance(event, WebinarScheduled)]
    assert [(event.title, event.sequence) for event in events][1:] == [(body["title"], 0)]
    assert events[1].join_url == body["join_url"]


async def test_where_it_is_held_is_told_to_editors_and_to_who_holds_a_place(house: House) -> None:
    await announce(house, join_url="https://meet.example/asia")
    headers = house.signed_in("amina")
    await house.client.post("/v1/webinars/asia-pacific/registrations", headers=headers)

    for_all = await house.client.get("/v1/webinars/asia-pacific")
    listed = await house.client.get("/v1/webinars")
    for_editors = await house.client.get("/v1/webinars/asia-pacific", headers=house.signed_in("tomasz"))
    own = await house.client.get("/v1/registrations", headers=headers)

    assert "meet.example" not in for_all.text + listed.text
    assert for_editors.json()["join_url"] == own.json()["items"][0]["join_url"] == "https://meet.example/asia"


async def test_a_cancelled_webinar_stays_cancelled(house: House) -> None:
    webinar = await announce(house)

    off = await house.client.post(
        "/v1/webinars/asia-pacific/cancellation", json={"reason": "The host is ill."}, headers=seen(house, webinar)
    )
    webinar["etag"] = off.headers["ETag"]
    again = await house.client.post("/v1/webinars/asia-pacific/cancellation", json={}, headers=seen(house, webinar))
    moved = await reschedule(house, webinar, wall_time="2026-08-01T10:00")

    assert (off.json()["state"], again.status_code) == ("cancelled", 200)
    assert (moved.status_code, slug_of(moved)) == (409, "webinar-cancelled")
    cancelled = [event for event in await house.told("webinars") if isinstance(event, WebinarCancelled)]
    assert [event.sequence for event in cancelled] == [1]


async def test_what_has_begun_is_neither_moved_nor_called_off(house: House) -> None:
    webinar = await announce(house)
    house.clock.set(datetime(2026, 7, 31, 5, 30, tzinfo=UTC))

    moved = await reschedule(house, webinar, wall_time="2026-08-01T10:00")
    off = await house.client.post("/v1/webinars/asia-pacific/cancellation", json={}, headers=seen(house, webinar))

    assert [(refused.status_code, slug_of(refused)) for refused in (moved, off)] == [(409, "webinar-started")] * 2


async def test_a_recording_follows_the_webinar_and_is_told_once(house: House) -> None:
    webinar = await announce(house)
    body = {"url": "https://video.example/asia", "transcript_url": "https://video.example/asia.txt"}
    address = "/v1/webinars/asia-pacific/recording"

    early = await house.client.put(address, json=body, headers=seen(house, webinar))
    house.clock.set(datetime(2026, 7, 31, 8, tzinfo=UTC))
    recorded = await house.client.put(address, json=body, headers=seen(house, webinar))
    webinar["etag"] = recorded.headers["ETag"]
    again = await house.client.put(address, json=body, headers=seen(house, webinar))

    assert (early.status_code, slug_of(early)) == (409, "webinar-not-started")
    assert (recorded.json()["recording"], again.status_code) == (body, 200)
    told = [event for event in await house.told("webinars") if isinstance(event, WebinarRecorded)]
    assert [event.recording_url for event in told] == ["https://video.example/asia"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://video.example", "https://a b", 'https://x/"><script>'])
async def test_an_address_that_is_not_https_is_refused(house: House, url: str) -> None:
    refused = await try_to_announce(house, "bad-link", join_url=url)

    assert refused.status_code == 422


async def test_a_host_from_the_board_is_shown_as_the_board_has_them(house: House) -> None:
    member = {"name": "Ingrid Ek", "title": "Director", "organisation": "Stockholm"}
    await house.client.put("/v1/board/ingrid-ek", json=member, headers=house.signed_in("esther"))

    hosted = await announce(house, "hosted", host={"board_member": "ingrid-ek"})
    named = await announce(house, "named", host={"name": "Wiremu Parata", "organisation": "Wellington"})

    assert hosted["host"] == {**member, "board_member": "ingrid-ek"}
    assert (named["host"]["name"], named["host"]["board_member"]) == ("Wiremu Parata", None)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"series": "no-such"}, "#/series"),
        ({"topics": ["no-such"]}, "#/topics"),
        ({"regions": ["atlantis"]}, "#/regions"),
        ({"host": {"board_member": "nobody"}}, "#/host/board_member"),
    ],
)
async def test_what_it_refers_to_must_be_there(house: House, fields: dict[str, Any], pointer: str) -> None:
    refused = await try_to_announce(house, "astray", **fields)

    assert (refused.status_code, slug_of(refused)) == (422, "reference-unknown")
    assert refused.json()["errors"][0]["pointer"] == pointer


async def test_the_calendar_file_is_read_at_the_right_instant_by_other_parsers(house: House) -> None:
    webinar = await announce(house, summary="Bring a question; it will be heard.")

    answer = await house.client.get("/v1/webinars/asia-pacific/calendar.ics")

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = Calendar.from_ical(answer.text).walk("VEVENT")
    assert event.decoded("dtstart") == datetime(2026, 7, 31, 5, 30, tzinfo=UTC)
    other = vobject.readOne(answer.text).vevent
    assert other.dtstart.value.astimezone(UTC) == datetime(2026, 7, 31, 5, 30, tzinfo=UTC)
    assert str(event["uid"]) == f"webinar-{webinar['id']}@plenary.example"
    assert "TZID:Asia/Singapore" in answer.text
    assert max(len(line.encode()) for line in answer.text.split("\r\n")) <= 75


async def test_a_moved_webinar_has_the_same_uid_and_the_next_sequence_in_the_calendar(house: House) -> None:
    webinar = await announce(house)
    before = Calendar.from_ical((await house.client.get("/v1/webinars/asia-pacific/calendar.ics")).text)
    moved = await reschedule(house, webinar, wall_time="2026-08-01T10:00")
    webinar["etag"] = moved.headers["ETag"]
    await house.client.post("/v1/webinars/asia-pacific/cancellation", json={}, headers=seen(house, webinar))

    after = Calendar.from_ical((await house.client.get("/v1/webinars/asia-pacific/calendar.ics")).text)

    first, last = before.walk("VEVENT")[0], after.walk("VEVENT")[0]
    assert first["uid"] == last["uid"]
    assert (first["sequence"], last["sequence"]) == (0, 2)
    assert (first["status"], last["status"]) == ("CONFIRMED", "CANCELLED")


async def test_a_time_shown_twice_goes_into_the_calendar_as_an_instant(house: House) -> None:
    time = {"wall_time": "2026-10-25T02:30", "zone": "Europe/Stockholm", "offset": "+01:00"}
    await announce(house, "winter", time=time)

    answer = await house.client.get("/v1/webinars/winter/calendar.ics")

    (event,) = Calendar.from_ical(answer.text).walk("VEVENT")
    assert event.decoded("dtstart") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert "DTSTART:20261025T013000Z" in answer.text


async def test_a_title_cannot_break_out_of_the_calendar(house: House) -> None:
    refused = await try_to_announce(house, "broken", title="Hello\r\nBEGIN:VEVENT")
    await announce(house, "prose", summary="One\nBEGIN:VALARM\nTRIGGER:-PT1M")

    answer = await house.client.get("/v1/webinars/prose/calendar.ics")

    assert refused.status_code == 422
    assert [component.name for component in Calendar.from_ical(answer.text).walk()] == [
        "VCALENDAR",
        "VTIMEZONE",
        "STANDARD",
        "VEVENT",
    ]


async def test_what_is_to_come_is_listed_next_first_and_what_is_over_last_first(house: House) -> None:
    for day in (3, 1, 2):
        await announce(house, f"august-{day}", time={**ASIA, "wall_time": f"2026-08-0{day}T13:30"})
    house.clock.set(datetime(2026, 8, 2, 6, tzinfo=UTC))  # While the second is under way.

    async def slugs(when: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        address = f"/v1/webinars?when={when}&limit=1"
        while address:
            page = (await house.client.get(address)).json()
            found += [(webinar["slug"], webinar["state"]) for webinar in page["items"]]
            address = page["next"] and f"/v1/webinars?when={when}&limit=1&cursor={page['next']}"
        return found

    assert await slugs("upcoming") == [("august-2", "live"), ("august-3", "scheduled")]
    assert await slugs("past") == [("august-1", "over")]


async def test_lists_are_narrowed_by_series_region_and_topic(house: House) -> None:
    await house.client.put(
        "/v1/series/open-government", json={"title": "Open government"}, headers=house.signed_in("esther")
    )
    await announce(house, "asia", series="open-government", regions=["asia-pacific"], topics=["digital"])
    await announce(house, "europe", series="open-government", regions=["europe", "africa"])
    await announce(house, "other")

    async def slugs(query: str) -> set[str]:
        answer = await house.client.get(f"/v1/webinars?{query}")
        return {webinar["slug"] for webinar in answer.json()["items"]}

    assert await slugs("series=open-government") == {"asia", "europe"}
    assert await slugs("region=africa") == {"europe"}
    assert await slugs("topic=digital") == {"asia"}
    assert await slugs("series=open-government&region=asia-pacific") == {"asia"}


async def test_a_viewers_zone_that_is_none_is_refused(house: House) -> None:
    await announce(house)

    refused = await house.client.get("/v1/webinars/asia-pacific?zone=Middle/Earth")

    assert (refused.status_code, slug_of(refused)) == (422, "zone-unknown")


async def test_what_is_brought_twice_is_there_and_told_once(house: House) -> None:
    first, second = await bring(house), await bring(house, title="Something else")

    assert (first.status_code, first.json()) == (201, second.json())
    kinds = [type(event).__name__ for event in await house.told("webinars")]
    assert kinds == ["WebinarScheduled", "WebinarRecorded"]


async def test_only_editors_announce_and_bring(house: House) -> None:
    announced = await house.client.post(
        "/v1/webinars", json={"title": "Mine", "time": ASIA}, headers=house.signed_in("amina")
    )
    brought = await house.client.post("/v1/imports/webinars", json=past(), headers=house.signed_in("amina"))

    assert (announced.status_code, brought.status_code) == (403, 403)


async def test_when_a_zones_rules_change_the_wall_stays_and_the_instant_moves(house: House) -> None:
    webinar = await announce(house)
    # As if it had been announced under rules by which Singapore was half an hour off.
    wrong = datetime(2026, 7, 31, 6, tzinfo=UTC)
    times = {"slot.starts_at": wrong, "slot.ends_at": wrong + timedelta(hours=1)}
    await house.database["webinars"].update_one({"_id": webinar["id"]}, {"$set": times})

    moved = [await keep_wall_times(house.deps) for _ in range(2)]

    found = (await house.client.get("/v1/webinars/asia-pacific")).json()
    assert moved == [1, 0]
    assert (found["times"]["starts_at"], found["sequence"]) == ("2026-07-31T05:30:00Z", 1)


async def test_a_worker_follows_new_zone_rules_when_it_starts(house: House) -> None:
    webinar = await announce(house)
    wrong = datetime(2026, 7, 31, 6, tzinfo=UTC)
    times = {"slot.starts_at": wrong, "slot.ends_at": wrong + timedelta(hours=1)}
    await house.database["webinars"].update_one({"_id": webinar["id"]}, {"$set": times})

    async with running(ZoneRulesTimer(house.deps), ZoneRulesTimer(house.deps)):
        await eventually(lambda: _is_moved(house))

    assert [event.sequence for event in await house.told("webinars") if isinstance(event, WebinarScheduled)] == [0, 1]


async def _is_moved(house: House) -> bool:
    found = (await house.client.get("/v1/webinars/asia-pacific")).json()
    return bool(found["times"]["starts_at"] == "2026-07-31T05:30:00Z")


async def test_a_wall_time_that_new_rules_skip_stays_at_its_instant(house: House) -> None:
    webinar = await announce(house)
    skipped = {"slot.wall": "2026-03-29T02:30:00", "slot.zone": "Europe/Stockholm"}
    await house.database["webinars"].update_one({"_id": webinar["id"]}, {"$set": skipped})

    moved = await keep_wall_times(house.deps)

    assert moved == 0
    assert (await house.client.get("/v1/webinars/asia-pacific")).json()["sequence"] == 0


@pytest.mark.parametrize("when", ["upcoming", "past"])
@pytest.mark.parametrize(
    "narrowed", [Narrowed(), Narrowed(series="s"), Narrowed(region="r"), Narrowed(topic="t"), Narrowed("s", "r", "t")]
)
async def test_every_list_has_its_index(house: House, when: When, narrowed: Narrowed) -> None:
    await announce(house)

    query = WebinarStore.listed_query(when, narrowed, NOON, None)

    await assert_index_used(house.database["webinars"].find(query).sort(WebinarStore.order(when)).limit(20))
