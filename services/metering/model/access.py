"""What a reader may read: metering's word on one request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from services.metering.model.policies import Policy, Window

State = Literal["metered", "unlimited", "exempt", "walled", "peek", "unknown-article"]
UNLIMITED = frozenset({"member", "official"})
"""Standings that read without limit. A pending member is metered until somebody has reviewed them."""

LATE_VIEWS = timedelta(days=30)
"""What was given while metering was away is heard of within this, or never: topics keep events for seven days."""

REMEMBERED_AFTERWARDS = timedelta(days=62)
"""Two months after a meter can still matter, for the reader who asks why and for the one who joins."""


class Counted(NamedTuple):
    """An article that was counted, when, and by the event of which id."""

    id: str
    at: datetime
    event: str


@dataclass(frozen=True, slots=True)
class Meter:
    """What is counted of one reader in one window."""

    articles: tuple[Counted, ...] = ()

    def live(self, since: datetime) -> tuple[Counted, ...]:
        """What still counts."""
        return tuple(counted for counted in self.articles if counted.at >= since)


class Article(BaseModel):
    """What metering knows of an item."""

    model_config = ConfigDict(frozen=True)

    id: str
    exempt: bool = False
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


class Verdict(BaseModel):
    """The answer to one request."""

    model_config = ConfigDict(frozen=True)

    state: State
    used: int | None = None
    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None
    reason: str | None = None
    new: bool = False
    """Whether this very request was counted."""


def resets_at(policy: Policy, window: Window, live: Iterable[Counted]) -> datetime | None:
    """When there is room again: the window's end, or when the oldest article stops counting."""
    if window.resets_at is not None:
        return window.resets_at
    oldest = min((counted.at for counted in live), default=None)
    return oldest + policy.length if oldest else None


def verdict(meter: Meter, article_id: str, policy: Policy, window: Window, event: str | None) -> Verdict:
    """Read off the meter whether this article was let in; ``event`` is the id under which this request would have
    been counted.
    """
    live = meter.live(window.since)
    mine = next((counted for counted in live if counted.id == article_id), None)
    return Verdict(
        state="metered" if mine else "walled",
        used=len(live),
        limit=policy.limit,
        remaining=max(0, policy.limit - len(live)),
        resets_at=resets_at(policy, window, live),
        reason=None if mine else "allowance-used",
        new=mine is not None and mine.event == event,
    )


def must_register(policy: Policy) -> Verdict:
    """The answer to one more reader from a network that has had its share of new ones today."""
    return Verdict(state="walled", used=0, limit=policy.limit, remaining=0, reason="registration-required")


def merged(own: Iterable[Counted], other: Iterable[Counted], linked_at: datetime) -> tuple[Counted, ...]:
    """The union of a member's own articles and those they read as somebody else until ``linked_at``, each with the
    last time it was counted: under rolling days an earlier one may have stopped counting. And so it does not matter in
    which order unions are made, or how often.
    """
    last = {counted.id: counted for counted in own}
    for counted in other:
        if counted.at <= linked_at and (counted.id not in last or counted.at > last[counted.id].at):
            last[counted.id] = counted
    return in_order(last.values())


def in_order(articles: Iterable[Counted]) -> tuple[Counted, ...]:
    """As they were read."""
    return tuple(sorted(articles, key=lambda counted: (counted.at, counted.id)))


def linger(window: Window, policy: Policy, at: datetime) -> datetime:
    """Until when a meter is kept."""
    return (window.resets_at or at + policy.length) + REMEMBERED_AFTERWARDS
