"""Windows: calendar months in any zone, across daylight saving and year ends; and which policy is in force."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.metering.model.policies import Policy, in_force

ZONES = ("Etc/UTC", "Pacific/Auckland", "America/St_Johns", "Asia/Singapore", "Africa/Nairobi", "Europe/Stockholm")
EVER = datetime(2000, 1, 1, tzinfo=UTC)


def monthly(zone: str) -> Policy:
    return Policy(version=1, limit=3, zone=zone, starts_at=EVER)


@pytest.mark.parametrize(
    ("zone", "at", "name", "since", "resets_at"),
    [
        ("Etc/UTC", "2017-07-31T23:59:59.999Z", "2017-07@Etc/UTC", "2017-07-01T00:00Z", "2017-08-01T00:00Z"),
        ("Etc/UTC", "2017-12-31T23:00Z", "2017-12@Etc/UTC", "2017-12-01T00:00Z", "2018-01-01T00:00Z"),
        # Auckland is 13 h ahead in summer and 12 h in winter: April begins in one and ends in the other.
        ("Pacific/Auckland", "2026-04-10T00:00Z", "2026-04@Pacific/Auckland", "2026-03-31T11:00Z", "2026-04-30T12:00Z"),
        ("Pacific/Auckland", "2026-03-31T10:59Z", "2026-03@Pacific/Auckland", "2026-02-28T11:00Z", "2026-03-31T11:00Z"),
        ("America/St_Johns", "2024-03-01T03:29Z", "2024-02@America/St_Johns", "2024-02-01T03:30Z", "2024-03-01T03:30Z"),
    ],
)
def test_a_month_is_the_zones_own(zone: str, at: str, name: str, since: str, resets_at: str) -> None:
    window = monthly(zone).window(datetime.fromisoformat(at))

    assert window.name == name
    assert window.since == datetime.fromisoformat(since)
    assert window.resets_at == datetime.fromisoformat(resets_at)


@given(
    st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - a bound
    st.sampled_from(ZONES),
)
def test_every_instant_is_in_the_window_it_names_and_windows_meet(at: datetime, zone: str) -> None:
    policy = monthly(zone)

    window = policy.window(at)

    assert window.resets_at is not None
    assert window.since <= at < window.resets_at
    assert timedelta(days=27) < window.resets_at - window.since < timedelta(days=32)
    assert policy.window(window.resets_at).since == window.resets_at
    assert policy.window(window.resets_at - timedelta(milliseconds=1)).name == window.name


def test_the_newest_policy_that_has_started_is_in_force() -> None:
    first = monthly("Etc/UTC")
    second = first.model_copy(update={"version": 2, "starts_at": EVER + timedelta(days=10)})
    later = first.model_copy(update={"version": 3, "starts_at": EVER + timedelta(days=20)})

    assert in_force([first, second, later], EVER + timedelta(days=5)) == first
    assert in_force([first, second, later], EVER + timedelta(days=15)) == second
    assert in_force([later, first, second], EVER + timedelta(days=25)) == later
