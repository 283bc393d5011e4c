"""Articles, as readers and lists show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from web.api.shapes.base import Shape

Kind = Literal["article", "case_study", "survey_report", "webinar_notice"]


class Byline(Shape):
    """Who something is by."""

    name: str
    title: str | None = None
    organisation: str | None = None


class Card(Shape):
    """An article in a list."""

    id: str
    slug: str
    kind: Kind
    title: str
    lead: str
    byline: Byline
    topics: list[str] = Field(default_factory=list)
    regions: list[str] = Field(default_factory=list)
    country: str | None = None
    sector: str | None = None
    organisation: str | None = None
    series: str | None = None
    language: str = "en"
    exempt: bool = False
    reading_minutes: int | None = None
    published_at: datetime | None = None
    comments: int = 0


class Heading(Shape):
    """A heading of a body."""

    level: int
    text: str
    anchor: str


class Embed(Shape):
    """A survey or webinar that a body shows."""

    kind: Literal["survey", "webinar"]
    id: str


class Body(Shape):
    """A body, as HTML that the API has passed through its allow-list."""

    html: str
    embeds: list[Embed] = Field(default_factory=list)


class Reading(Shape):
    """How long a body takes to read."""

    minutes: int
    words: int = 0
    characters: int = 0


class Access(Shape):
    """How the reader stands with the meter."""

    state: str
    used: int | None = None
    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None
    reason: str | None = None
    actions: list[dict[str, str]] = Field(default_factory=list)

    @property
    def invites(self) -> bool:
        """Whether the reader may join or log in."""
        return bool(self.actions)


class Article(Shape):
    """An article for this reader: in full, or a teaser without a body."""

    id: str
    slug: str
    kind: Kind
    title: str
    lead: str
    byline: Byline
    topics: list[str]
    regions: list[str]
    country: str | None = None
    sector: str | None = None
    organisation: str | None = None
    survey_id: str | None = None
    webinar_id: str | None = None
    series: str | None = None
    language: str
    exempt: bool
    published_at: datetime
    updated_at: datetime
    reading: Reading
    headings: list[Heading]
    json_ld: dict[str, Any]
    teaser: bool
    body: Body | None
    comments: int
    access: Access
