"""A reader's visits: to an item, to lists of items, to what is read most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from services.content.deps import Deps
from services.content.errors import ArticleGone, ArticleNotFound, RegionNotFound
from services.content.grants import Knock
from services.content.model.access import Access, admit
from services.content.model.lists import Filters, Order, Place
from services.content.model.published import Card, Signpost
from services.content.model.related import most_related
from services.content.store.page_cache import ReadyPage
from shared.events.content import ArticleViewed
from shared.ids import derived_id, new_id

RELATED_FROM = 60
"""How many of the newest items that share a topic (or region) are compared."""


class Opened(NamedTuple):
    """An item at the moment it was asked for, and the verdict on who asks."""

    page: ReadyPage
    comments: int
    access: Access


class Moved(NamedTuple):
    """The item has another slug now."""

    slug: str


async def open_article(deps: Deps, slug: str, knock: Knock) -> Opened | Moved:
    """The item for this reader, in full or as a teaser; raises :class:`ArticleNotFound`, :class:`ArticleGone`.

    Tells nobody yet: see :func:`tell_view`.
    """
    signpost = await _signpost(deps, slug)
    if signpost.slug != slug:
        return Moved(signpost.slug)
    page = await deps.page_cache.page(signpost)
    if page is None:
        raise ArticleGone
    visit = await deps.door.visit(knock)
    access = admit(visit, article_id=page.id, slugs=page.slugs, exempt=page.exempt)
    return Opened(page, signpost.comments, access)


async def tell_view(deps: Deps, opened: Opened, request_id: str) -> None:
    """Say that the reader was given the whole item, if that is so. Returns once it is committed.

    The gateway repeats a request whose first try failed, under the same id: however often it comes, and however far
    each try got, it is one view.
    """
    access, page = opened.access, opened.page
    if access.counts_as is None:
        return
    now = deps.clock.now()
    view_id = derived_id("view", request_id, access.reader or "", page.id)
    view = ArticleViewed(
        view_id=view_id,
        reader_id=access.reader or new_id(),
        article_id=page.id,
        access=access.counts_as,
        topics=page.topics,
        regions=page.regions,
        viewed_at=now,
    )
    await deps.facts.record(view, now, id=view_id)


async def newest_articles(deps: Deps, filters: Filters, order: Order, after: Place | None, limit: int) -> list[Card]:
    """Published items, newest or oldest first."""
    return await deps.pages.newest(filters, order=order, after=after, limit=limit)


async def related_articles(deps: Deps, slug: str, limit: int) -> Sequence[Card]:
    """What goes with an item, closest first; raises :class:`ArticleNotFound`."""
    signpost = await _signpost(deps, slug)
    card = (await deps.pages.cards([signpost.id])).get(signpost.id)
    if card is None:
        raise ArticleNotFound
    near = await deps.pages.sharing("topics", card.topics, limit=RELATED_FROM) if card.topics else []
    if len(near) <= limit and card.regions:
        known = {other.id for other in near}
        near += [
            other
            for other in await deps.pages.sharing("regions", card.regions, limit=RELATED_FROM)
            if other.id not in known
        ]
    return most_related(card, near, limit=limit)


async def trending_articles(
    deps: Deps, *, topic: str | None, region: str | None, window: timedelta, limit: int
) -> list[tuple[Card, int]]:
    """The items read most in this window, with how often; raises :class:`RegionNotFound`, ``TopicNotFound``."""
    dimension, value = "all", ""
    if topic is not None:
        dimension, value = "topic", (await deps.shelves.topics.load(topic)).id
    elif region is not None:
        if region not in deps.geography.regions:
            raise RegionNotFound(region=region)
        dimension, value = "region", region
    # A few more than asked for, because some may have been archived since they were read.
    trends = await deps.trends.top(dimension, value, now=deps.clock.now(), window=window, limit=limit + 10)
    cards = await deps.pages.cards(trend.article_id for trend in trends)
    return [(cards[trend.article_id], trend.views) for trend in trends if trend.article_id in cards][:limit]


async def _signpost(deps: Deps, slug: str) -> Signpost:
    """Where the slug leads, if that is published."""
    signpost = await deps.pages.signpost(slug)
    if signpost is None or signpost.state not in {"published", "archived"}:
        raise ArticleNotFound("No article is published under this address.")
    if signpost.state == "archived":
        raise ArticleGone
    return signpost
