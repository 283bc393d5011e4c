"""What goes over the HTTP door, in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from services.metering.model.policies import Kind
from shared.http import Body, CleanText


class PolicyView(BaseModel):
    """A rule of the meter."""

    version: int
    limit: int
    kind: Kind
    zone: str
    days: int | None
    starts_at: datetime
    rule: str
    """In words."""


class NewPolicy(Body):
    """A rule to come."""

    limit: int
    kind: Kind = "calendar-month"
    zone: Annotated[CleanText, Field(max_length=64)] = "Etc/UTC"
    days: int | None = None
    starts_at: AwareDatetime | None = None


class CountedArticle(BaseModel):
    """An article that was counted."""

    id: str
    slug: str
    title: str
    counted_at: datetime


class MeterView(BaseModel):
    """The reader's meter, and why it stands where it does."""

    state: Literal["metered", "unlimited", "walled"]
    used: int
    limit: int
    remaining: int
    resets_at: datetime | None
    window: str
    articles: list[CountedArticle]
    policy: PolicyView


class FunnelRow(BaseModel):
    """How many read, met the wall and then joined."""

    value: str
    day: datetime
    viewed: int
    walled: int
    joined: int


class Funnel(BaseModel):
    """The steps from reading to joining."""

    dimension: Literal["all", "topic", "region"]
    rows: list[FunnelRow]
