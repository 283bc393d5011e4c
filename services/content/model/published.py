"""What readers are shown of items: where one stands, one in full, and one as a card in a list."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from services.content.model.articles import Live, State
from services.content.model.content import Byline
from shared.events import Instant
from shared.events.content import ArticleKind


class Signpost(NamedTuple):
    """Where a slug leads, and how the item stands at this moment: the little that changes from request to request."""

    id: str
    slug: str
    state: State
    edition: int
    comments: int


class Published(BaseModel):
    """An item as readers get it: the same for all of them, for as long as the edition stands."""

    model_config = ConfigDict(frozen=True)

    id: str
    slug: str
    slugs: tuple[str, ...]
    edition: int
    published_at: Instant
    live: Live


class Card(BaseModel):
    """An item in a list. It has no body, so no list can give one away."""

    model_config = ConfigDict(frozen=True)

    id: str
    slug: str
    state: State
    kind: ArticleKind
    title: str
    lead: str
    byline: Byline
    topics: tuple[str, ...]
    regions: tuple[str, ...]
    country: str | None
    sector: str | None
    organisation: str | None
    series: str | None
    language: str
    exempt: bool
    reading_minutes: int | None
    published_at: Instant | None
    updated_at: Instant
    comments: int


class DeskCard(Card):
    """An item as it is being worked on."""

    version: int
    author_id: str
    revision: int
    approved: bool
    """Another editor has approved the present revision."""
    changed: bool
    """Something was written since it was last published; true of what never was."""
    scheduled_for: Instant | None
