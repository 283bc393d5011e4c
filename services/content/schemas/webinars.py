"""What is sent and got about webinars and the places at them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StringConstraints, model_validator

from services.content.model.registrations import Registration
from services.content.model.walltime import Shown, shown
from services.content.model.webinars import LONGEST, Announcement, Host, Recording, Time, Webinar
from services.content.schemas.articles import Line, Slug, Slugs
from services.content.schemas.surveys import NameSlug
from shared.http import Body, CleanProse, CleanText

Link: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^https://[A-Za-z0-9.-]+(:\d+)?(/[!-;=?-~]*)?$", max_length=2_000)
]
Zone: TypeAlias = Annotated[str, Field(min_length=1, max_length=64)]


def _real(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("must be a day of the calendar and a time of the clock") from None
    return text


WallTimeText: TypeAlias = Annotated[
    str,
    StringConstraints(pattern=r"^(19[7-9]\d|20\d\d|21\d\d)-\d\d-\d\dT\d\d:\d\d(:\d\d)?$"),
    AfterValidator(_real),
]


class TimeBody(Body):
    """When: what the clock on the host's wall shows."""

    wall_time: WallTimeText
    """ISO 8601 without an offset, such as `2017-07-31T13:30`."""
    zone: Zone
    """IANA, such as `Asia/Singapore`."""
    offset: Annotated[str, StringConstraints(pattern=r"^[+-]\d\d:[0-5]\d$")] | None = None
    """Needed where clocks go back and show the time twice: which one is meant, such as `+02:00`."""
    minutes: Annotated[int, Field(ge=5, le=int(LONGEST.total_seconds()) // 60)] = 60

    def time(self) -> Time:
        """The same, as the use cases know it."""
        offset = None
        if self.offset is not None:
            distance = timedelta(hours=int(self.offset[1:3]), minutes=int(self.offset[4:]))
            offset = -distance if self.offset[0] == "-" else distance
        return Time(datetime.fromisoformat(self.wall_time), self.zone, self.minutes, offset)


class HostBody(Body):
    """Who leads it: somebody of the board, or anybody by name."""

    board_member: Slug | None = None
    name: Line | None = None
    title: Line | None = None
    organisation: Line | None = None

    @model_validator(mode="after")
    def _is_somebody(self) -> HostBody:
        if (self.board_member is None) == (self.name is None):
            raise ValueError("give board_member, or a name")
        return self


class WebinarBody(Body):
    """What is said of a webinar."""

    title: Line
    summary: Annotated[CleanProse, Field(max_length=5_000)] = ""
    series: Slug | None = None
    host: HostBody | None = None
    topics: Slugs = ()
    regions: Slugs = ()
    """Whom it is meant for, and where it is listed. Everybody may register."""
    capacity: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Places; without it, as many as come."""
    join_url: Link | None = None
    """Shown to those who hold a place, and to editors."""

    def announcement(self) -> Announcement:
        """The same, as the rules know it."""
        fields = self.model_dump(include=set(Announcement.model_fields) - {"host"})
        host = self.host and Host(
            name=self.host.name or "",
            title=self.host.title,
            organisation=self.host.organisation,
            board_member=self.host.board_member,
        )
        return Announcement(**fields, host=host)


class NewWebinar(WebinarBody):
    """A webinar to announce. Without a slug it gets one from its title."""

    slug: NameSlug | None = None
    time: TimeBody


class RecordingBody(Body):
    """Where it can be watched, and read."""

    url: Link
    transcript_url: Link | None = None


class ImportedRecording(RecordingBody):
    """Where it can be watched, and since when."""

    recorded_at: AwareDatetime


class ImportedWebinar(WebinarBody):
    """A webinar from another archive, past or to come."""

    external_id: Annotated[CleanText, Field(min_length=1, max_length=200)]
    """Its name in the archive it comes from. The same again is the same webinar."""
    slug: NameSlug
    time: TimeBody
    recording: ImportedRecording | None = None

    def recorded(self) -> Recording | None:
        """The recording, as the rules know it."""
        return Recording.model_validate(self.recording.model_dump()) if self.recording else None


class CancellationBody(Body):
    """Why it is called off."""

    reason: Annotated[CleanText, Field(max_length=300)] = ""


class ClockView(BaseModel):
    """The start as a clock on somebody's wall shows it."""

    zone: str
    starts_at: datetime
    """With the zone's offset."""
    weekday: str
    words: str
    """Such as `1.30pm Singapore time on July 31st`, with the weekday where it is another than the host's."""

    @classmethod
    def of(cls, clock: Shown) -> ClockView:
        """The same, to be sent."""
        return cls(zone=clock.zone, starts_at=clock.at, weekday=clock.weekday, words=clock.words)


class TimesView(BaseModel):
    """When it is: the instants, the host's wall, and the viewer's if their zone is known."""

    starts_at: datetime
    ends_at: datetime
    minutes: int
    host: ClockView
    viewer: ClockView | None


class HostView(BaseModel):
    """Who leads it."""

    name: str
    title: str | None
    organisation: str | None
    board_member: str | None


class RecordingView(BaseModel):
    """Where it can be watched, and read."""

    url: str
    transcript_url: str | None


class PlaceView(BaseModel):
    """A place that you hold."""

    id: str
    """For `/v1/registrations/{id}`."""
    registered_at: datetime
    join_url: str | None
    """Where to go when it begins."""


class WebinarView(BaseModel):
    """A webinar."""

    id: str
    slug: str
    title: str
    summary: str
    series: str | None
    host: HostView | None
    topics: tuple[str, ...]
    regions: tuple[str, ...]
    state: Literal["scheduled", "live", "over", "cancelled"]
    cancellation_reason: str | None
    times: TimesView
    capacity: int | None
    places_left: int | None
    sequence: int
    """Grows with every rescheduling."""
    recording: RecordingView | None
    join_url: str | None
    """Where to go when it begins. Shown to editors here, and to who holds a place with their registration."""
    calendar: str
    """Where its calendar file is."""
    registrations: str
    """Where to register, with POST."""
    place: PlaceView | None
    """Yours, if you hold one."""
    version: int

    @classmethod
    def of(
        cls,
        webinar: Webinar,
        *,
        at: datetime,
        zone: str | None,
        for_editors: bool = False,
        held: Registration | None = None,
    ) -> WebinarView:
        """What everybody may know of it, or what editors know; raises :class:`ZoneUnknown`."""
        about, host, recording = webinar.about, webinar.about.host, webinar.recording
        return cls(
            id=webinar.id,
            slug=webinar.slug,
            title=about.title,
            summary=about.summary,
            series=about.series,
            host=HostView.model_validate(host.model_dump()) if host else None,
            topics=about.topics,
            regions=about.regions,
            state=webinar.state(at),
            cancellation_reason=webinar.cancellation_reason or None,
            times=_times(webinar, zone),
            capacity=about.capacity,
            places_left=webinar.places_left,
            sequence=webinar.sequence,
            recording=RecordingView(**recording.model_dump(exclude={"recorded_at"})) if recording else None,
            join_url=about.join_url if for_editors else None,
            calendar=f"/v1/webinars/{webinar.slug}/calendar.ics",
            registrations=f"/v1/webinars/{webinar.slug}/registrations",
            place=_place(webinar, held) if held else None,
            version=webinar.version,
        )


class WebinarPage(WebinarView):
    """A webinar by itself."""

    next_in_series: WebinarView | None
    """The next of its series, other than this one, that can still be registered for."""


class RegistrationView(BaseModel):
    """A member's place at a webinar."""

    id: str
    state: Literal["registered", "cancelled"]
    registered_at: datetime
    webinar: WebinarView
    join_url: str | None
    """Where to go when it begins."""

    @classmethod
    def of(cls, webinar: Webinar, registration: Registration, *, at: datetime, zone: str | None) -> RegistrationView:
        """What its holder sees."""
        held = registration if registration.state == "registered" else None
        return cls(
            id=registration.id,
            state=registration.state,
            registered_at=registration.registered_at,
            webinar=WebinarView.of(webinar, at=at, zone=zone, held=held),
            join_url=_place(webinar, held).join_url if held else None,
        )


def _place(webinar: Webinar, held: Registration) -> PlaceView:
    join_url = webinar.about.join_url if webinar.cancelled_at is None else None
    return PlaceView(id=held.id, registered_at=held.registered_at, join_url=join_url)


def _times(webinar: Webinar, zone: str | None) -> TimesView:
    slot = webinar.slot
    return TimesView(
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        minutes=slot.minutes,
        host=ClockView.of(shown(slot.starts_at, slot.zone)),
        viewer=ClockView.of(shown(slot.starts_at, zone, beside=slot.zone)) if zone else None,
    )
