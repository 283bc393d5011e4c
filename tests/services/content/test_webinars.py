"""Webinars through the door: announced by the wall, moved, called off, recorded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.events.content import WebinarCancelled, WebinarRecorded, WebinarScheduled
from tests.services.content.announcing import ASIA, announce, bring, past, reschedule, seen, slug_of, try_to_announce
from tests.services.content.conftest import House


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
