"""What can be counted again from the log: who read, who met the wall, who then joined (M14)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.events.content import ArticleViewed
from shared.events.metering import PaywallHit, WalledReaderJoined
from shared.views import Count, View


def steps(event: ArticleViewed | PaywallHit | WalledReaderJoined) -> Iterator[Count]:
    """One step counts everywhere, under each topic and under each region of its article."""
    at, measure = _step(event)
    yield Count(("all", ""), at, measure)
    for topic in event.topics:
        yield Count(("topic", topic), at, measure)
    for region in event.regions:
        yield Count(("region", region), at, measure)


def _step(event: ArticleViewed | PaywallHit | WalledReaderJoined) -> tuple[datetime, str]:
    if isinstance(event, ArticleViewed):
        return event.viewed_at, "viewed"
    if isinstance(event, PaywallHit):
        return event.hit_at, "walled"
    return event.joined_at, "joined"


FUNNEL = View(
    name="funnel",
    events=(ArticleViewed, PaywallHit, WalledReaderJoined),
    count=steps,
    fields=("dimension", "value"),
    bucket=timedelta(days=1),
    keep=timedelta(days=400),
)
"""Days, for a year and a month to compare it with."""
