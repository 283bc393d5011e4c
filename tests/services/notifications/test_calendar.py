"""Calendar files, read by two parsers that had no part in writing them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from dateutil.tz import tzical  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.ics import Method, webinar_calendar
from services.notifications.model.people import Recipient
from services.notifications.model.webinars import Webinar
from tests.services.notifications.world import DAY, HOUR, START, TODAY
from tests.support import examples

ZONES = (
    "Africa/Casablanca",  # Goes back an hour for Ramadan.
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Singapore",
    "Australia/Lord_Howe",  # Moves by half an hour.
    "Europe/Dublin",  # Its summer time is the standard.
    "Europe/London",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "UTC",
)


def a_calendar(
    start: datetime = START,
    zone: str = "Pacific/Auckland",
    *,
    method: Method = "REQUEST",
    name: str = "Aroha",
    **about: object,
) -> str:
    webinar = Webinar.model_validate(
        {
            "id": "asia-pacific",
            "slug": "asia-pacific",
            "title": "Open government",
            "starts_at": start,
            "ends_at": start + HOUR,
            "zone": "Asia/Singapore",
            "scheduled_at": TODAY,
            **about,
        }
    )
    content = webinar_calendar(
        webinar,
        Recipient(email="aroha@treasury.example", name=name, zone=zone),
        method=method,
        organizer=("Plenary", "hello@plenary.example"),
        domain="plenary.example",
        page="https://plenary.test/webinars/asia-pacific",
        now=TODAY,
    )
    return content.decode()


def start_read_by_vobject(text: str) -> datetime:
    start: datetime = vobject.readOne(text).vevent.dtstart.value
    return start.astimezone(UTC)


def start_read_by_icalendar(text: str) -> datetime:
    start = icalendar.Calendar.from_ical(text).events[0].start
    assert isinstance(start, datetime)
    return start.astimezone(UTC)


def start_read_by_its_own_timezone(text: str) -> datetime:
    """By the rules in the file alone, as a calendar without a zone database would."""
    line = next(line for line in text.splitlines() if line.startswith("DTSTART;TZID="))
    name, wall = line.removeprefix("DTSTART;TZID=").split(":")
    zone = tzical(StringIO(text)).get(name)
    return datetime.strptime(wall, "%Y%m%dT%H%M%S").replace(tzinfo=zone).astimezone(UTC)


def test_it_says_the_wall_time_of_the_recipient() -> None:
    text = a_calendar(zone="Pacific/Auckland")

    assert "DTSTART;TZID=Pacific/Auckland:20270731T173000\r\n" in text
    assert "DTEND;TZID=Pacific/Auckland:20270731T183000\r\n" in text
    assert "BEGIN:VTIMEZONE\r\nTZID:Pacific/Auckland\r\n" in text


@pytest.mark.parametrize("zone", ZONES)
def test_independent_parsers_read_the_right_instant(zone: str) -> None:
    for month in range(24):
        start = START + month * 15 * DAY

        text = a_calendar(start, zone)

        assert start_read_by_vobject(text) == start
        assert start_read_by_icalendar(text) == start


@settings(max_examples=examples(150), deadline=None)
@given(zone=st.sampled_from([zone for zone in ZONES if zone != "UTC"]), minutes=st.integers(0, 2 * 365 * 24 * 4))
def test_the_timezone_in_the_file_gives_the_right_instant_by_itself(zone: str, minutes: int) -> None:
    start = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(minutes=15 * minutes)

    text = a_calendar(start, zone)

    if "DTSTART;TZID=" in text:
        assert start_read_by_its_own_timezone(text) == start
    else:
        assert start_read_by_vobject(text) == start


def test_the_hour_after_clocks_go_forward_is_read_right() -> None:
    # On 28 March 2027 at 01:00 UTC, London goes from 01:00 to 02:00.
    start = datetime(2027, 3, 28, 1, 0, tzinfo=UTC)

    text = a_calendar(start, "Europe/London")

    assert "DTSTART;TZID=Europe/London:20270328T020000" in text
    assert "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100" in text
    assert "DTSTART:20270328T010000\r\n" in text  # The onset, by the offset before it.
    assert start_read_by_its_own_timezone(text) == start


@pytest.mark.parametrize("utc_hour", [0, 1])
def test_an_hour_that_comes_twice_is_said_in_utc(utc_hour: int) -> None:
    # On 31 October 2027 at 01:00 UTC, London goes from 02:00 back to 01:00: half past one comes twice.
    start = datetime(2027, 10, 31, utc_hour, 30, tzinfo=UTC)

    text = a_calendar(start, "Europe/London")

    assert f"DTSTART:20271031T0{utc_hour}3000Z" in text
    assert start_read_by_vobject(text) == start


def test_an_unknown_zone_is_said_in_utc() -> None:
    text = a_calendar(zone="Atlantis/Capital")

    assert "DTSTART:20270731T053000Z" in text
    assert "VTIMEZONE" not in text


def test_the_historic_session_is_at_the_right_instant() -> None:
    start = datetime(2017, 7, 31, 13, 30, tzinfo=ZoneInfo("Asia/Singapore"))

    text = a_calendar(start, "Pacific/Auckland")

    assert start_read_by_vobject(text) == datetime(2017, 7, 31, 5, 30, tzinfo=UTC)


def test_the_uid_stays_and_the_sequence_grows_when_it_moves() -> None:
    before, after = a_calendar(), a_calendar(START + DAY, sequence=1)

    assert vobject.readOne(before).vevent.uid.value == vobject.readOne(after).vevent.uid.value
    assert [vobject.readOne(text).vevent.sequence.value for text in (before, after)] == ["0", "1"]


def test_a_request_names_organizer_and_attendee() -> None:
    event = vobject.readOne(a_calendar()).vevent

    assert event.organizer.value == "mailto:hello@plenary.example"
    assert event.attendee.value == "mailto:aroha@treasury.example"
    assert event.attendee.params["PARTSTAT"] == ["ACCEPTED"]
    assert event.status.value == "CONFIRMED"


def test_a_cancellation_says_so_twice() -> None:
    calendar = vobject.readOne(a_calendar(method="CANCEL"))

    assert calendar.method.value == "CANCEL"
    assert calendar.vevent.status.value == "CANCELLED"


@pytest.mark.parametrize(
    "text",
    [
        "Open\r\nBEGIN:VALARM\r\nACTION:EMAIL\r\nEND:VALARM",
        "Open\nATTENDEE:mailto:eve@evil.example",
        "Open\\nBEGIN:VEVENT",
        "Open\u2028BEGIN:VEVENT",
        'Comma, semicolon; colon: backslash \\ quote "',
        "x" * 5000,
    ],
)
def test_whatever_the_title_or_the_name_holds_it_stays_text(text: str) -> None:
    content = a_calendar(title=text, series=text, name=text)

    calendar = icalendar.Calendar.from_ical(content)
    names = [component.name for component in calendar.walk()]
    assert names.count("VEVENT") == 1
    assert "VALARM" not in names
    assert not isinstance(calendar.events[0]["attendee"], list)
    assert all(len(line.encode()) <= 75 for line in content.split("\r\n"))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://meet.example/a b", "https://meet.example/\r\nX: y"])
def test_a_link_that_is_none_is_left_out(url: str) -> None:
    text = a_calendar(join_url=url)

    assert "LOCATION:Online\r\n" in text
