"""A webinar's calendar file, as other programs read it."""

from __future__ import annotations

from datetime import UTC, datetime

import vobject
from icalendar import Calendar

from tests.services.content.announcing import announce, reschedule, seen, try_to_announce
from tests.services.content.conftest import House


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
