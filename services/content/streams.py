"""What can be counted again from the log: which items are read most, by topic and region (C11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from shared.events.content import ArticleViewed
from shared.views import Count, View


def reads(view: ArticleViewed) -> Iterator[Count]:
    """One read counts everywhere, under each of the item's topics, and under each of its regions."""
    yield Count(("all", "", view.article_id), view.viewed_at, "views")
    for topic in view.topics:
        yield Count(("topic", topic, view.article_id), view.viewed_at, "views")
    for region in view.regions:
        yield Count(("region", region, view.article_id), view.viewed_at, "views")


TRENDING = View(
    name="trending",
    events=(ArticleViewed,),
    count=reads,
    fields=("dimension", "value", "article_id"),
    bucket=timedelta(hours=1),
    keep=timedelta(days=8),
)
"""A week's window and a day to spare, in hours: a window of any length up to a week is a sum of whole hours."""
