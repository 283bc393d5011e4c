"""Webinars: announced by the host's wall clock, moved, cancelled, and recorded afterwards (S5, S9, S10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, TypeAlias

from pydantic import BaseModel, ConfigDict

from services.content.errors import PastTime, PlacesTaken, WebinarIsCancelled, WebinarNotStarted, WebinarStarted
from services.content.model.walltime import instant_of
from shared.events import Event, Instant
from shared.events.content import WebinarCancelled, WebinarRecorded, WebinarScheduled
from shared.model import Aggregate

State: TypeAlias = Literal["scheduled", "live", "over", "cancelled"]

LONGEST = timedelta(hours=8)
"""A webinar of more is several. Lists rely on it to find what is under way."""


class Time(NamedTuple):
    """When a webinar is to be, as the clock on the host's wall says it."""

    wall: datetime
    zone: str
    minutes: int
    offset: timedelta | None = None
    """Which of two is meant, where clocks go back and show ``wall`` twice."""


class Slot(BaseModel):
    """When a webinar is: what the host's wall says, and the instants that this is."""

    model_config = ConfigDict(frozen=True)

    wall: str
    """ISO 8601 without offset, to the second: what was announced."""
    zone: str
    offset_seconds: int | None = None
    """Which of two is meant, where clocks go back and show ``wall`` twice."""
    minutes: int
    starts_at: Instant
    ends_at: Instant


class Host(BaseModel):
    """Who leads it, as it is printed; ``board_member`` if they sit on the board."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str | None = None
    organisation: str | None = None
    board_member: str | None = None


class Recording(BaseModel):
    """Where it can be watched and read afterwards."""

    model_config = ConfigDict(frozen=True)

    url: str
    transcript_url: str | None = None
    recorded_at: Instant


class Announcement(BaseModel):
    """What an editor writes of a webinar, apart from when it is."""

    model_config = ConfigDict(frozen=True)

    title: str
    summary: str = ""
    series: str | None = None
    host: Host | None = None
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    """Whom it is meant for, and where it is listed."""
    capacity: int | None = None
    """Places; None for as many as come."""
    join_url: str | None = None


class Webinar(Aggregate):
    """A meeting at a time."""

    slug: str
    about: Announcement
    slot: Slot
    sequence: int = 0
    """RFC 5545 SEQUENCE: grows with each rescheduling and with the cancellation."""
    announced_at: Instant
    """When what is known of it was last told."""
    cancelled_at: Instant | None = None
    cancellation_reason: str = ""
    recording: Recording | None = None
    author_id: str
    external_id: str | None = None
    """Its name in the archive it was imported from."""
    taken: int = 0
    """Places that are taken."""

    def has_started(self, at: datetime) -> bool:
        """Whether its start has come."""
        return at >= self.slot.starts_at

    def state(self, at: datetime) -> State:
        """What has become of it by then."""
        if self.cancelled_at is not None:
            return "cancelled"
        if at >= self.slot.ends_at:
            return "over"
        return "live" if self.has_started(at) else "scheduled"

    @property
    def places_left(self) -> int | None:
        """Places that are free; None where there is no end of them."""
        return None if self.about.capacity is None else max(0, self.about.capacity - self.taken)


Decided: TypeAlias = tuple[Webinar, Sequence[Event]]


def slot(time: Time) -> Slot:
    """When a webinar is; raises as :func:`~services.content.model.walltime.instant_of` does."""
    starts_at = instant_of(time.wall, time.zone, time.offset)
    return Slot(
        wall=time.wall.replace(tzinfo=None, microsecond=0).isoformat(),
        zone=time.zone,
        offset_seconds=None if time.offset is None else int(time.offset.total_seconds()),
        minutes=time.minutes,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=time.minutes),
    )


def announce(
    id: str,
    slug: str,
    about: Announcement,
    when: Slot,
    *,
    author_id: str,
    at: datetime,
) -> Decided:
    """A new webinar; raises :class:`PastTime` for one that would have started."""
    _require_ahead(when, at)
    webinar = Webinar(id=id, slug=slug, about=about, slot=when, announced_at=at, author_id=author_id)
    return webinar, (_scheduled(webinar),)


def take_in(
    id: str,
    slug: str,
    about: Announcement,
    when: Slot,
    *,
    recording: Recording | None,
    external_id: str,
    author_id: str,
    at: datetime,
) -> Decided:
    """A webinar from another archive, past or to come; raises :class:`WebinarNotStarted` for a recording of the
    future.
    """
    webinar = Webinar(
        id=id, slug=slug, about=about, slot=when, announced_at=at, author_id=author_id, external_id=external_id
    )
    if recording is None:
        return webinar, (_scheduled(webinar),)
    recorded, events = record(webinar, recording, at=at)
    return recorded, (_scheduled(webinar), *events)


def revise(webinar: Webinar, about: Announcement, *, at: datetime) -> Decided:
    """Change what is said of it. The registered are told by whoever needs to know, but nothing has moved.

    Raises :class:`WebinarIsCancelled`, :class:`PlacesTaken`.
    """
    _require_on(webinar)
    if about == webinar.about:
        return webinar, ()
    if about.capacity is not None and about.capacity < webinar.taken:
        raise PlacesTaken(f"{webinar.taken} places are taken.", taken=webinar.taken)
    revised = webinar.model_copy(update={"about": about, "announced_at": at})
    return revised, (_scheduled(revised),)


def reschedule(webinar: Webinar, when: Slot, *, at: datetime) -> Decided:
    """Hold it at another time; the same time is no change.

    Raises :class:`WebinarStarted`, :class:`WebinarIsCancelled`, :class:`PastTime`.
    """
    _require_on(webinar)
    if webinar.has_started(at):
        raise WebinarStarted("What has begun is not moved.")
    if when == webinar.slot:
        return webinar, ()
    _require_ahead(when, at)
    moved = webinar.model_copy(update={"slot": when, "sequence": webinar.sequence + 1, "announced_at": at})
    return moved, (_scheduled(moved),)


def keep_wall_time(webinar: Webinar, *, at: datetime) -> Decided:
    """Follow a zone whose rules have changed: the wall stays and the instant moves.

    A wall time that the new rules skip, or show twice, stays at the instant it had, until an editor decides.
    """
    offset = None if webinar.slot.offset_seconds is None else timedelta(seconds=webinar.slot.offset_seconds)
    time = Time(datetime.fromisoformat(webinar.slot.wall), webinar.slot.zone, webinar.slot.minutes, offset)
    return reschedule(webinar, slot(time), at=at)


def cancel(webinar: Webinar, *, reason: str, at: datetime) -> Decided:
    """Call it off; once is enough. Raises :class:`WebinarStarted`."""
    if webinar.cancelled_at is not None:
        return webinar, ()
    if webinar.has_started(at):
        raise WebinarStarted("What has begun is not called off.")
    off = webinar.model_copy(
        update={"cancelled_at": at, "cancellation_reason": reason, "sequence": webinar.sequence + 1}
    )
    return off, (WebinarCancelled(webinar_id=webinar.id, sequence=off.sequence, cancelled_at=at),)


def record(webinar: Webinar, recording: Recording, *, at: datetime) -> Decided:
    """Say where it can be watched; said again only where the recording itself is another.

    Raises :class:`WebinarNotStarted`, :class:`WebinarIsCancelled`.
    """
    _require_on(webinar)
    if not webinar.has_started(at):
        raise WebinarNotStarted("It can be watched again once it has been held.")
    before = webinar.recording
    if before and (before.url, before.transcript_url) == (recording.url, recording.transcript_url):
        return webinar, ()
    recorded = webinar.model_copy(update={"recording": recording})
    if before and before.url == recording.url:
        return recorded, ()
    said = WebinarRecorded(webinar_id=webinar.id, recording_url=recording.url, recorded_at=recording.recorded_at)
    return recorded, (said,)


def _require_on(webinar: Webinar) -> None:
    if webinar.cancelled_at is not None:
        raise WebinarIsCancelled("It will not take place.", cancelled_at=webinar.cancelled_at)


def _require_ahead(when: Slot, at: datetime) -> None:
    if when.starts_at <= at:
        raise PastTime("Give a time that is still to come.")


def _scheduled(webinar: Webinar) -> WebinarScheduled:
    about, when = webinar.about, webinar.slot
    return WebinarScheduled(
        webinar_id=webinar.id,
        slug=webinar.slug,
        title=about.title,
        series=about.series,
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        wall_time=when.wall,
        zone=when.zone,
        regions=about.regions,
        topics=about.topics,
        capacity=about.capacity,
        sequence=webinar.sequence,
        join_url=about.join_url,
        scheduled_at=webinar.announced_at,
    )
