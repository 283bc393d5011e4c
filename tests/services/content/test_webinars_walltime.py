"""Wall time, zone and instant, where clocks jump and where they do not."""

# ruff: noqa: DTZ001 - wall times without a zone of their own are what it is about.

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.content.errors import OffsetMismatch, WallTimeAmbiguous, WallTimeMissing, ZoneUnknown
from services.content.model.walltime import comes_twice, instant_of, shown

ZONES = ["Asia/Singapore", "Pacific/Auckland", "America/New_York", "Europe/Stockholm", "Australia/Lord_Howe", "UTC"]
SINGAPORE = datetime(2017, 7, 31, 13, 30)


def test_half_past_one_in_singapore_on_the_last_of_july_2017_is_half_past_five_utc() -> None:
    assert instant_of(SINGAPORE, "Asia/Singapore") == datetime(2017, 7, 31, 5, 30, tzinfo=UTC)


def test_the_host_announces_it_as_people_do() -> None:
    assert shown(datetime(2017, 7, 31, 5, 30, tzinfo=UTC), "Asia/Singapore").words == (
        "1.30pm Singapore time on July 31st"
    )


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Pacific/Auckland", "5.30pm Auckland time on July 31st"),
        ("America/Vancouver", "10.30pm Vancouver time on Sunday July 30th"),
        ("Europe/Stockholm", "7.30am Stockholm time on July 31st"),
        ("America/Argentina/Buenos_Aires", "2.30am Buenos Aires time on July 31st"),
        ("UTC", "5.30am UTC on July 31st"),
    ],
)
def test_a_viewer_sees_their_own_clock_and_the_weekday_where_it_differs(zone: str, words: str) -> None:
    instant = instant_of(SINGAPORE, "Asia/Singapore")

    assert shown(instant, zone, beside="Asia/Singapore").words == words


def test_noon_and_midnight_are_told_apart() -> None:
    midnight, noon = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 22, 12, tzinfo=UTC)

    assert shown(midnight, "UTC").words == "12am UTC on March 2nd"
    assert shown(noon, "UTC").words == "12pm UTC on March 22nd"
    assert shown(noon.replace(day=12), "UTC").words == "12pm UTC on March 12th"


def test_a_time_that_clocks_skip_is_refused_with_those_on_either_side() -> None:
    with pytest.raises(WallTimeMissing) as refused:
        instant_of(datetime(2026, 3, 29, 2, 30), "Europe/Stockholm")

    assert refused.value.extensions["nearest"] == ["2026-03-29T01:30:00", "2026-03-29T03:30:00"]


def test_a_gap_of_half_an_hour_is_a_gap() -> None:
    with pytest.raises(WallTimeMissing):
        instant_of(datetime(2026, 10, 4, 2, 15), "Australia/Lord_Howe")


def test_a_day_that_never_was_is_refused() -> None:
    with pytest.raises(WallTimeMissing):
        instant_of(datetime(2011, 12, 30, 12), "Pacific/Apia")


def test_a_time_that_clocks_show_twice_needs_its_offset() -> None:
    twice = datetime(2026, 10, 25, 2, 30)

    with pytest.raises(WallTimeAmbiguous) as refused:
        instant_of(twice, "Europe/Stockholm")

    assert refused.value.extensions["offsets"] == ["+02:00", "+01:00"]
    assert instant_of(twice, "Europe/Stockholm", timedelta(hours=2)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant_of(twice, "Europe/Stockholm", timedelta(hours=1)) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_an_offset_that_is_not_in_force_is_refused() -> None:
    with pytest.raises(OffsetMismatch):
        instant_of(SINGAPORE, "Asia/Singapore", timedelta(hours=9))


@pytest.mark.parametrize(
    "name", ["Asia/Singapur", "", "../../etc/passwd", "localtime", "posix/UTC", "SGT+8", "UTC\x00"]
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ZoneUnknown):
        instant_of(SINGAPORE, name)


@given(
    st.datetimes(datetime(1995, 1, 1), datetime(2035, 1, 1)).map(lambda wall: wall.replace(microsecond=0)),
    st.sampled_from(ZONES),
)
def test_a_wall_time_is_an_instant_whose_wall_time_it_is(wall: datetime, zone: str) -> None:
    assume(not comes_twice(wall, zone))
    try:
        instant = instant_of(wall, zone)
    except WallTimeMissing:
        return

    assert shown(instant, zone).at.replace(tzinfo=None) == wall


@given(
    st.datetimes(datetime(1995, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)).map(
        lambda instant: instant.replace(microsecond=0)
    ),
    st.sampled_from(ZONES),
)
def test_every_instant_is_found_again_by_its_wall_time_and_offset(instant: datetime, zone: str) -> None:
    local = shown(instant, zone).at

    assert instant_of(local, zone, local.utcoffset()) == instant
