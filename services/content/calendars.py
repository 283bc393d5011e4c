"""Calendar files: a webinar on the host's wall, for whoever wants it in their calendar.

Source: RFC 5545 (iCalendar). Without a METHOD: it is an entry to keep, not an invitation to answer. The confirmation
that a registrant gets by mail is made by notifications, in the registrant's zone, under the same UID and SEQUENCE: a
calendar that has both has one entry. A room beside the model, as pure as it, kept apart because it rests on a library.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from services.content.model.walltime import comes_twice, zone_of
from services.content.model.webinars import Slot, Webinar

PRODID = "-//Plenary//Webinars//EN"
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - RFC 5545 writes an onset in local time, without a zone


def webinar_calendar(webinar: Webinar, *, domain: str, page: str) -> bytes:
    """The calendar file. ``page`` is where the webinar is described; its UID stays the same whatever happens to it."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    starts_at, ends_at = _times(webinar.slot)
    if isinstance(starts_at.tzinfo, ZoneInfo):
        calendar.add_component(_zone(starts_at))
    event = Event()
    event.add("uid", f"webinar-{webinar.id}@{domain}")
    event.add("sequence", webinar.sequence)
    event.add("dtstamp", (webinar.cancelled_at or webinar.announced_at).astimezone(UTC))
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at)
    event.add("summary", webinar.about.title)
    event.add("description", "\n\n".join(filter(None, (webinar.about.summary, page))))
    event.add("location", "Online")
    event.add("url", page)
    event.add("status", "CANCELLED" if webinar.cancelled_at else "CONFIRMED")
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _times(slot: Slot) -> tuple[datetime, datetime]:
    """Start and end on the host's wall; in UTC where the wall says it badly.

    That is where clocks jump during the webinar, and where the wall shows its start twice: RFC 5545 (section 3.3.5)
    takes such a time for the first of the two.
    """
    zone = zone_of(slot.zone)
    start, end = slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone)
    plain = start.utcoffset() == end.utcoffset() and not any(comes_twice(time, slot.zone) for time in (start, end))
    if zone.key == "UTC" or not plain:
        return slot.starts_at.astimezone(UTC), slot.ends_at.astimezone(UTC)
    return start, end


def _zone(start: datetime) -> Timezone:
    """The zone as this one event needs it: the offset in force while it lasts. A calendar that knows the zone goes by
    its TZID; one that does not is told all that matters here.
    """
    component = Timezone()
    component.add("tzid", str(start.tzinfo))
    observance = TimezoneDaylight() if start.dst() else TimezoneStandard()
    observance.add("dtstart", EPOCH)
    observance.add("tzoffsetfrom", start.utcoffset())
    observance.add("tzoffsetto", start.utcoffset())
    observance.add("tzname", start.tzname())
    component.add_component(observance)
    return component
