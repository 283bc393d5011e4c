"""How a list of items is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias


class Filters(NamedTuple):
    """What a list is narrowed to."""

    topic: str | None = None
    region: str | None = None
    country: str | None = None
    kind: str | None = None
    series: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Place(NamedTuple):
    """Where a page of a list ended."""

    at: datetime
    id: str


Order: TypeAlias = Literal["newest", "oldest"]
