"""What content says: what was published, what was read, and what webinars and surveys came to."""

from __future__ import annotations

from typing import Literal

from shared.events.base import Event, Instant

ArticleKind = Literal["article", "case_study", "survey_report", "webinar_notice"]


class ArticlePublished(Event, topic="content.articles", key="article_id", visibility="public"):
    """True once an item can be read by everybody the meter lets in; said again, with a higher revision, when a
    published item changes.
    """

    article_id: str
    slug: str
    kind: ArticleKind
    title: str
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    reading_minutes: int
    exempt: bool = False
    """Exempt items are free to all and never counted."""
    published_at: Instant
    revision: int


class ArticleArchived(Event, topic="content.articles", key="article_id", visibility="public"):
    """True once an item is no longer offered."""

    article_id: str
    archived_at: Instant
    revision: int


class ArticleViewed(Event, topic="content.views", key="reader_id", visibility="internal"):
    """True once a reader was given an item's full body."""

    view_id: str
    reader_id: str
    """The anonymous reader, or the member as ``member:<id>``."""
    article_id: str
    access: Literal["metered", "unlimited", "exempt", "unmetered"]
    """``unmetered``: metering could not be asked, and counts the view from this event."""
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    viewed_at: Instant


class SurveyAnswered(Event, topic="content.surveys", key="survey_id", visibility="public"):
    """True once a respondent has given, or changed, their answer. Says neither who nor what."""

    survey_id: str
    respondents: int
    """How many have answered so far."""
    changed: bool = False
    """The respondent had answered before."""
    answered_at: Instant


class SurveyAnswerWithdrawn(Event, topic="content.surveys", key="survey_id", visibility="public"):
    """True once a respondent has taken their answer back. Says neither who nor what."""

    survey_id: str
    respondents: int
    """How many answers are left."""
    withdrawn_at: Instant


class WebinarScheduled(Event, topic="content.webinars", key="webinar_id", visibility="public"):
    """True once a webinar is announced with a time; said again with a higher ``sequence`` when the time changes."""

    webinar_id: str
    slug: str
    title: str
    series: str | None = None
    starts_at: Instant
    ends_at: Instant
    wall_time: str
    """The host's local time, ISO 8601 without offset: ``2017-07-31T13:30:00``."""
    zone: str
    """The host's IANA zone."""
    regions: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    capacity: int | None = None
    sequence: int = 0
    """RFC 5545 SEQUENCE: grows with each rescheduling."""
    join_url: str | None = None
    scheduled_at: Instant


class WebinarCancelled(Event, topic="content.webinars", key="webinar_id", visibility="public"):
    """True once a webinar will not take place."""

    webinar_id: str
    sequence: int
    cancelled_at: Instant


class WebinarRecorded(Event, topic="content.webinars", key="webinar_id", visibility="public"):
    """True once the recording of a webinar can be watched."""

    webinar_id: str
    recording_url: str
    recorded_at: Instant


class WebinarRegistered(Event, topic="content.registrations", key="webinar_id", visibility="internal"):
    """True once a member has a place at a webinar."""

    webinar_id: str
    registration_id: str
    member_id: str
    registered_at: Instant


class WebinarRegistrationCancelled(Event, topic="content.registrations", key="webinar_id", visibility="internal"):
    """True once a member has given up their place."""

    webinar_id: str
    registration_id: str
    member_id: str
    cancelled_at: Instant
