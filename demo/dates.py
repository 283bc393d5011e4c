"""When things of the demo were, or will be: by date, or counted from the day on which it is put in.

What is counted is counted once: the platform keeps what it was given first, so another seeding changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def wall_time(webinar: Mapping[str, Any], now: datetime) -> str:
    """What the host's wall shows when ``webinar`` begins.

    Of a session to come it is the first ``weekday`` that is at least ``days_ahead`` days from today on the host's
    calendar. Days are counted on that calendar and the time is the wall's, so a change of clocks in between moves
    nothing.
    """
    stated: str = webinar["time"]["wall_time"]
    if "days_ahead" not in webinar:
        return stated
    today = now.astimezone(ZoneInfo(webinar["time"]["zone"])).date()
    day = next_weekday(today + timedelta(days=webinar["days_ahead"]), webinar["weekday"])
    return datetime.combine(day, time.fromisoformat(stated)).isoformat(timespec="minutes")


def next_weekday(day: date, weekday: str) -> date:
    """``day`` itself if it is such a weekday, or the next one."""
    return day + timedelta(days=(WEEKDAYS.index(weekday) - day.weekday()) % 7)


def past_instant(about: dict[str, Any], name: str, now: datetime) -> str:
    """Take the moment called ``name`` out of ``about``: an instant, or the days ago that stand in its place.

    In place of ``published_at`` these are ``published_days_ago``, in place of ``at`` they are ``days_ago``. They end at
    ``time``, in UTC, or at eight in the morning, so that what was published last week was published at a decent hour.
    """
    if name in about:
        stated = about.pop(name)
        instant = stated if isinstance(stated, datetime) else datetime.fromisoformat(stated)
    else:
        day = now.astimezone(UTC).date() - timedelta(days=about.pop(f"{name.removesuffix('at')}days_ago"))
        instant = datetime.combine(day, time.fromisoformat(about.pop("time", "08:00")), UTC)
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
