"""Articles as those see them who write them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from web.api.shapes.articles import Byline, Embed, Kind, Reading
from web.api.shapes.base import Shape


class Approval(Shape):
    """An editor's word for one revision."""

    at: datetime
    by: str
    revision: int


class Draft(Shape):
    """What an article says, as Markdown."""

    kind: Kind
    title: str
    lead: str
    body: str
    byline: Byline
    topics: list[str] = Field(default_factory=list)
    regions: list[str] = Field(default_factory=list)
    country: str | None = None
    sector: str | None = None
    organisation: str | None = None
    series: str | None = None
    survey_id: str | None = None
    webinar_id: str | None = None
    language: str = "en"
    exempt: bool = False


class WorkingArticle(Shape):
    """An article as those see it who write at it."""

    id: str
    slug: str
    state: Literal["draft", "review", "scheduled", "published", "archived"]
    content: Draft
    author_id: str
    writers: list[str]
    revision: int
    saved_at: datetime
    approval: Approval | None
    scheduled_for: datetime | None
    published_at: datetime | None
    published_revision: int | None


class Preview(Shape):
    """The working copy as it would be published."""

    revision: int
    title: str
    lead: str
    byline: Byline
    html: str
    embeds: list[Embed]
    reading: Reading


class Revision(Shape):
    """Who saved what when."""

    revision: int
    saved_at: datetime
    saved_by: str
