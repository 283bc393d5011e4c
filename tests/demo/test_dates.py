"""Sessions to come are counted from the day of seeding, and no change of clocks moves what the wall shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from demo.archive import webinars
from demo.dates import next_weekday, past_instant, wall_time
from services.content.model.walltime import instant_of

AHEAD: dict[str, Any] = {
    "days_ahead": 14,
    "weekday": "thursday",
    "time": {"wall_time": "13:00", "zone": "America/Toronto"},
}


def test_a_session_is_on_the_first_such_weekday_that_is_far_enough_away() -> None:
    seeded = datetime(2026, 11, 25, 9, tzinfo=UTC)

    assert wall_time(AHEAD, seeded) == "2026-12-10T13:00"


def test_days_are_counted_on_the_hosts_calendar() -> None:
    late_in_the_evening = datetime(2026, 11, 27, 2, tzinfo=UTC)  # Still Thursday in Toronto.

    assert wall_time(AHEAD, late_in_the_evening) == "2026-12-10T13:00"
    assert wall_time(AHEAD, late_in_the_evening + timedelta(hours=4)) == "2026-12-17T13:00"


@pytest.mark.parametrize("seeded", [datetime(2027, 3, 1, 12, tzinfo=UTC), datetime(2027, 10, 25, 12, tzinfo=UTC)])
def test_the_wall_shows_the_same_when_clocks_change_in_between(seeded: datetime) -> None:
    wall = datetime.fromisoformat(wall_time(AHEAD, seeded))

    held = instant_of(wall, "America/Toronto").astimezone(ZoneInfo("America/Toronto"))

    assert (held.hour, held.minute) == (13, 0)
    assert held.utcoffset() != seeded.astimezone(ZoneInfo("America/Toronto")).utcoffset()


def test_on_every_day_of_two_years_each_session_is_at_a_time_that_exists_once() -> None:
    day = datetime(2026, 1, 1, 12, tzinfo=UTC)
    for number in range(0, 730, 5):
        for webinar in webinars(day + timedelta(days=number)):
            when = webinar["time"]
            instant_of(datetime.fromisoformat(when["wall_time"]), when["zone"])  # Refuses gaps and folds.


def test_a_weekday_is_its_own_next() -> None:
    assert next_weekday(date(2026, 11, 26), "thursday") == date(2026, 11, 26)
    assert next_weekday(date(2026, 11, 27), "thursday") == date(2026, 12, 3)


def test_a_moment_is_a_date_or_so_many_days_ago() -> None:
    now = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    stated: dict[str, Any] = {"published_at": "2017-07-14T10:00+02:00"}
    counted: dict[str, Any] = {"published_days_ago": 6}

    assert past_instant(stated, "published_at", now) == "2017-07-14T08:00:00Z"
    assert past_instant(counted, "published_at", now) == "2026-11-19T08:00:00Z"
    assert stated == counted == {}
    assert past_instant({"days_ago": 6, "time": "21:40"}, "at", now) == "2026-11-19T21:40:00Z"
