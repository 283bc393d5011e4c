"""Calendar files: a webinar as an iTIP request or cancellation that lands at the right hour in the reader's calendar.

Sources: RFC 5545 (iCalendar), RFC 5546, section 3.2 (REQUEST and CANCEL). A room beside the model, as pure as it, kept
apart because it rests on a library.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vText

from services.notifications.model.people import Recipient, one_line, web_link, zone_of
from services.notifications.model.webinars import Webinar

Method = Literal["REQUEST", "CANCEL"]

PRODID = "-//Plenary//Webinars//EN"

AROUND = timedelta(days=366)
"""How far on each side of the event the VTIMEZONE tells the zone's changes."""


def webinar_calendar(
    webinar: Webinar,
    recipient: Recipient,
    *,
    method: Method,
    organizer: tuple[str, str],
    domain: str,
    page: str,
    now: datetime,
) -> bytes:
    """The calendar file for one registrant, in their zone.

    ``organizer`` is a name and an address. The UID is the same for a webinar whatever happens to it, and SEQUENCE
    grows with each change, so that a calendar replaces what it had.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    starts_at, ends_at = _times(webinar, recipient.zone)
    if starts_at.tzinfo is not UTC:
        calendar.add_component(_timezone(recipient.zone, (starts_at - AROUND).year, (ends_at + AROUND).year))
    event = Event()
    event.add("uid", f"webinar-{webinar.id}@{domain}")
    event.add("sequence", webinar.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at)
    event.add("summary", one_line(webinar.title))
    event.add("description", "\n".join(filter(None, (webinar.series and one_line(webinar.series), page))))
    event.add("location", web_link(webinar.join_url) or "Online")
    event.add("url", page)
    event.add("status", "CONFIRMED" if method == "REQUEST" else "CANCELLED")
    event.add("organizer", _party(*organizer))
    event.add("attendee", _attendee(recipient))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _times(webinar: Webinar, zone_name: str) -> tuple[datetime, datetime]:
    """Start and end on the recipient's wall; in UTC where that says it better.

    A wall time that comes twice, as clocks go back, names two instants: RFC 5545 would take it for the first.
    """
    zone = zone_of(zone_name)
    times = (webinar.starts_at.astimezone(zone), webinar.ends_at.astimezone(zone))
    if zone.key == "UTC" or any(_comes_twice(time) for time in times):
        return webinar.starts_at.astimezone(UTC), webinar.ends_at.astimezone(UTC)
    return times


def _comes_twice(time: datetime) -> bool:
    return time.replace(fold=0).utcoffset() != time.replace(fold=1).utcoffset()


@lru_cache(maxsize=256)
def _timezone(zone_name: str, first_year: int, last_year: int) -> Timezone:
    """The zone's changes over these years. The same object each time: it is only ever written out.

    Written here because icalendar's own takes the wall time after a spring change for its onset; RFC 5545, section
    3.6.5, counts the onset with the offset before it.
    """
    zone = zone_of(zone_name)
    first, last = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year + 1, 1, 1, tzinfo=UTC)
    component = Timezone()
    component.add("tzid", zone.key)
    component.add_component(_observance(zone, first, _offset(zone, first)))
    for change in _changes(zone, first, last):
        component.add_component(_observance(zone, change, _offset(zone, change - timedelta(seconds=1))))
    return component


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The instants at which the zone's offset changes, to the second."""
    day = timedelta(days=1)
    while first < last:
        if _offset(zone, first) != _offset(zone, first + day):
            before, after = first, first + day
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) // 2
                middle = middle.replace(microsecond=0)
                if _offset(zone, middle) == _offset(zone, before):
                    before = middle
                else:
                    after = middle
            yield after
        first += day


def _observance(zone: ZoneInfo, onset: datetime, offset_before: timedelta) -> TimezoneStandard | TimezoneDaylight:
    local = onset.astimezone(zone)
    observance = TimezoneDaylight() if local.dst() else TimezoneStandard()
    observance.add("dtstart", (onset + offset_before).replace(tzinfo=None))
    observance.add("tzoffsetfrom", offset_before)
    observance.add("tzoffsetto", _offset(zone, onset))
    observance.add("tzname", local.tzname())
    return observance


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _party(name: str, address: str) -> vCalAddress:
    party = vCalAddress(f"mailto:{address}")
    # A parameter cannot hold a double quote (RFC 5545, section 3.2); a name without it is still that name.
    party.params["CN"] = vText(one_line(name).replace('"', "'"))
    return party


def _attendee(recipient: Recipient) -> vCalAddress:
    attendee = _party(recipient.name or recipient.email, recipient.email)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    return attendee
