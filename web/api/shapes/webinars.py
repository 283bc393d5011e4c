"""Webinars and places in them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from web.api.shapes.base import Shape


class Clock(Shape):
    """A start as a clock on somebody's wall shows it."""

    zone: str
    starts_at: datetime
    weekday: str
    words: str


class Times(Shape):
    """When a webinar is."""

    starts_at: datetime
    ends_at: datetime
    minutes: int
    host: Clock
    viewer: Clock | None = None


class Host(Shape):
    """Who leads a webinar."""

    name: str
    title: str | None = None
    organisation: str | None = None
    board_member: str | None = None


class Recording(Shape):
    """Where a webinar can be watched, and read."""

    url: str
    transcript_url: str | None = None


class Webinar(Shape):
    """A webinar."""

    id: str
    slug: str
    title: str
    summary: str
    series: str | None
    host: Host | None
    topics: list[str]
    regions: list[str]
    state: Literal["scheduled", "live", "over", "cancelled"]
    cancellation_reason: str | None = None
    times: Times
    capacity: int | None = None
    places_left: int | None = None
    recording: Recording | None = None
    join_url: str | None = None
    version: int


class Registration(Shape):
    """A member's place at a webinar."""

    id: str
    state: Literal["registered", "cancelled"]
    registered_at: datetime
    webinar: Webinar
    join_url: str | None = None
