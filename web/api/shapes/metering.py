"""The reader's meter."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from web.api.shapes.base import Shape


class Policy(Shape):
    """The rule of the meter."""

    version: int
    limit: int
    rule: str
    starts_at: datetime


class CountedArticle(Shape):
    """An article that the meter has counted."""

    id: str
    slug: str
    title: str
    counted_at: datetime


class Meter(Shape):
    """The reader's meter, and why it stands where it does."""

    state: Literal["metered", "unlimited", "walled"]
    used: int
    limit: int
    remaining: int
    resets_at: datetime | None
    articles: list[CountedArticle]
    policy: Policy
