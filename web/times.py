"""Dates, hours and zones as a reader sees them, written by their language's rules (CLDR, through babel)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, dates

COOKIE = "plenary_zone"
"""The zone that the reader chose, or gave in their profile."""

GUESS = "plenary_zone_guess"
"""The zone that the reader's device keeps, as the site's script tells it."""


@cache
def zones() -> frozenset[str]:
    """Every IANA zone that can be chosen."""
    return frozenset(
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix", "right"))
    )


def known_zone(name: str | None) -> str | None:
    """The zone, if there is one of that name."""
    return name if name is not None and (name in zones() or name in {"UTC", "Etc/UTC"}) else None


def long_date(moment: datetime | date, locale: Locale, zone: str | None = None) -> str:
    """``31 July 2017``."""
    return dates.format_date(_on_the_wall(moment, zone), "long", locale=locale)


def short_date(moment: datetime | date, locale: Locale, zone: str | None = None) -> str:
    """``31 Jul 2017``."""
    return dates.format_date(_on_the_wall(moment, zone), "medium", locale=locale)


def day_of_month(moment: datetime, locale: Locale, zone: str | None = None) -> str:
    """``31``."""
    return dates.format_date(_on_the_wall(moment, zone), "d", locale=locale)


def month(moment: datetime, locale: Locale, zone: str | None = None) -> str:
    """``Jul``."""
    return dates.format_date(_on_the_wall(moment, zone), "LLL", locale=locale)


def weekday(moment: datetime, locale: Locale, zone: str | None = None) -> str:
    """``Monday``."""
    return dates.format_date(_on_the_wall(moment, zone), "EEEE", locale=locale)


def hour(moment: datetime, locale: Locale, zone: str | None = None) -> str:
    """``1.30pm`` in English, as the language has it elsewhere; in ``zone``, or on the clock that ``moment`` carries."""
    there = moment.astimezone(ZoneInfo(zone)) if zone else moment
    if locale.language == "en":
        minutes = f".{there.minute:02}" if there.minute else ""
        return f"{there.hour % 12 or 12}{minutes}{'am' if there.hour < 12 else 'pm'}"
    return dates.format_time(there, "short", tzinfo=there.tzinfo or UTC, locale=locale)


def place(zone: str, locale: Locale) -> str:
    """The town that a zone is known by: ``Singapore``, ``New York``."""
    if zone in {"UTC", "Etc/UTC"}:
        return "UTC"
    return dates.get_timezone_location(ZoneInfo(zone), locale=locale, return_city=True) or zone.rsplit("/", 1)[
        -1
    ].replace("_", " ")


def since(moment: datetime, locale: Locale, *, now: datetime) -> str:
    """``3 hours ago``, up to a week; then the date."""
    age = now - moment
    if age.days >= 7:
        return short_date(moment, locale)
    return dates.format_timedelta(-age, add_direction=True, locale=locale)


def iso(moment: datetime) -> str:
    """For ``<time datetime>``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _on_the_wall(moment: datetime | date, zone: str | None) -> date:
    if isinstance(moment, datetime):
        return (moment.astimezone(ZoneInfo(zone)) if zone else moment).date()
    return moment
