"""Wall time: what a clock on the host's wall shows, which instant that is, and what a viewer's clock shows then (S5).

A webinar is announced by the wall ("1.30pm Singapore time on July 31st"), because that is what people agree on; zones'
rules change, and then the instant moves and the wall does not. Source for gaps and folds: PEP 495.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from services.content.errors import OffsetMismatch, WallTimeAmbiguous, WallTimeMissing, ZoneUnknown

_NOT_PLACES = ("posix", "right/", "SystemV/", "localtime", "Factory")


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if not name.startswith(_NOT_PLACES))


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of this name; raises :class:`ZoneUnknown`."""
    if name not in _zones():
        raise ZoneUnknown(f"Give a name from the IANA time zone database, such as Asia/Singapore, not {name[:64]!r}.")
    return ZoneInfo(name)


def instant_of(wall: datetime, zone_name: str, offset: timedelta | None = None) -> datetime:
    """The instant at which a clock in the zone shows ``wall`` (which has no zone of its own).

    ``offset`` from UTC says which of two is meant where clocks go back and show a time twice. Raises
    :class:`WallTimeMissing` for a time that clocks skip, :class:`WallTimeAmbiguous` for one they show twice unless
    ``offset`` decides, :class:`OffsetMismatch` for an offset that is not in force then.
    """
    zone = zone_of(zone_name)
    wall = wall.replace(tzinfo=None)
    instants = _instants(wall, zone)
    if not instants:
        raise _missing(wall, zone)
    by_offset = {_offset(instant, zone): instant for instant in instants}
    offsets = [offset_text(offset) for offset in by_offset]
    if offset is None and len(instants) > 1:
        raise WallTimeAmbiguous(
            f"Clocks in {zone.key} show {wall.isoformat()} twice; say which by its offset: {' or '.join(offsets)}.",
            offsets=offsets,
        )
    if offset is None:
        return instants[0]
    if offset not in by_offset:
        raise OffsetMismatch(
            f"At {wall.isoformat()} clocks in {zone.key} are at {' or '.join(offsets)}, not {offset_text(offset)}.",
            offsets=offsets,
        )
    return by_offset[offset]


class Shown(NamedTuple):
    """A moment as a clock on a wall shows it."""

    at: datetime
    """With the zone's offset."""
    zone: str
    weekday: str
    words: str
    """``1.30pm Singapore time on July 31st``; with the weekday where it is another than the host's."""


def shown(instant: datetime, zone_name: str, *, beside: str | None = None) -> Shown:
    """The instant on a wall in this zone, in words of English, beside the host's zone."""
    zone = zone_of(zone_name)
    local = instant.astimezone(zone)
    weekday = f"{local:%A}"
    elsewhere = beside is not None and f"{instant.astimezone(zone_of(beside)):%A}" != weekday
    day = f"{weekday} " if elsewhere else ""
    return Shown(local, zone.key, weekday, f"{_clock(local)} {place_of(zone.key)} on {day}{_date(local)}")


def place_of(zone_name: str) -> str:
    """``Asia/Singapore`` as people say it: ``Singapore time``."""
    if zone_name in {"UTC", "GMT"} or zone_name.startswith("Etc/"):
        return zone_name.rpartition("/")[2]
    return f"{zone_name.rpartition('/')[2].replace('_', ' ')} time"


def offset_text(offset: timedelta) -> str:
    """An offset as ISO 8601 writes it, such as ``+08:00``."""
    sign, offset = ("-", -offset) if offset < timedelta() else ("+", offset)
    minutes, seconds = divmod(int(offset.total_seconds()), 60)
    text = f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{seconds:02d}" if seconds else text


def comes_twice(wall: datetime, zone_name: str) -> bool:
    """Whether clocks in the zone show this time twice that day."""
    return len(_instants(wall.replace(tzinfo=None), zone_of(zone_name))) > 1


def _instants(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """The instants at which clocks in the zone show ``wall``, the earlier first: one, two, or none."""
    candidates = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(instant for instant in candidates if instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall)


def _missing(wall: datetime, zone: ZoneInfo) -> WallTimeMissing:
    """The refusal, with the times on either side that do exist."""
    # In a gap, fold=0 reckons with the offset before it and so lands behind it; fold=1 the other way round (PEP 495).
    later, earlier = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC).astimezone(zone) for fold in (0, 1))
    times = [moment.replace(tzinfo=None, fold=0).isoformat() for moment in (earlier, later)]
    return WallTimeMissing(
        f"Clocks in {zone.key} skip {wall.isoformat()}; {times[0]} and {times[1]} exist.", nearest=times
    )


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _clock(local: datetime) -> str:
    hour, half = (local.hour % 12) or 12, "pm" if local.hour >= 12 else "am"
    return f"{hour}.{local.minute:02d}{half}" if local.minute else f"{hour}{half}"


def _date(local: datetime) -> str:
    ending = "th" if 11 <= local.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(local.day % 10, "th")
    return f"{local:%B} {local.day}{ending}"
