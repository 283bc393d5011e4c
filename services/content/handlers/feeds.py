"""What whoever follows the publisher is told: the newest articles, of everything or of one shelf, and every page."""

from __future__ import annotations

import asyncio
from typing import Literal, NamedTuple, TypeAlias

from services.content.deps import Deps
from services.content.errors import RegionNotFound
from services.content.feeds import Address, Feed, Form
from services.content.model.lists import Filters

ENTRIES = 30
"""A feed reader that comes once a day misses nothing of a publisher that brings out one article an hour."""

NAME = "Plenary"

Shelf: TypeAlias = Literal["topics", "regions", "series"]


class _Labels(NamedTuple):
    title: str
    subtitle: str


async def feed(deps: Deps, form: Form, shelf: Shelf | None = None, slug: str = "") -> Feed:
    """The newest articles, all of them or of one topic, region or series.

    Raises ``TopicNotFound``, :class:`RegionNotFound`, ``SeriesNotFound``.
    """
    labels, items, topics = await asyncio.gather(
        _labels(deps, shelf, slug),
        deps.pages.newest(_filters(shelf, slug), limit=ENTRIES),
        deps.shelves.all_topics(),
    )
    site = deps.settings.public_url
    place = f"{shelf}/{slug}" if shelf else "all"
    return Feed(
        title=labels.title,
        subtitle=labels.subtitle,
        page=f"{site}/{place}" if shelf else f"{site}/",
        address=f"{site}/feeds/{place}.{form}",
        site=site,
        items=items,
        topics={topic.id: topic.name for topic in topics},
    )


async def addresses(deps: Deps) -> list[Address]:
    """Every page of the site that says something, the newest articles first."""
    articles, webinars, surveys, topics, series = await asyncio.gather(
        deps.sitemap.articles(),
        deps.sitemap.webinars(),
        deps.sitemap.surveys(),
        deps.shelves.all_topics(),
        deps.shelves.all_series(),
    )
    site = deps.settings.public_url
    return [
        Address(f"{site}/", articles[0].changed_at if articles else None),
        *(Address(f"{site}/articles/{page.slug}", page.changed_at) for page in articles),
        *(Address(f"{site}/topics/{topic.id}") for topic in topics),
        *(Address(f"{site}/regions/{slug}") for slug in deps.geography.regions),
        *(Address(f"{site}/series/{each.id}") for each in series),
        *(Address(f"{site}/webinars/{page.slug}") for page in webinars),
        *(Address(f"{site}/surveys/{page.slug}") for page in surveys),
    ]


async def _labels(deps: Deps, shelf: Shelf | None, slug: str) -> _Labels:
    match shelf:
        case "topics":
            topic = await deps.shelves.topics.load(slug)
            return _Labels(f"{NAME}: {topic.name}", topic.description)
        case "series":
            series = await deps.shelves.series.load(slug)
            return _Labels(f"{NAME}: {series.title}", series.question or series.description)
        case "regions":
            region = deps.geography.regions.get(slug)
            if region is None:
                raise RegionNotFound(region=slug)
            return _Labels(f"{NAME}: {region.name}", "")
        case _:
            return _Labels(NAME, "What works elsewhere, for public servants")


def _filters(shelf: Shelf | None, slug: str) -> Filters:
    match shelf:
        case "topics":
            return Filters(topic=slug)
        case "regions":
            return Filters(region=slug)
        case "series":
            return Filters(series=slug)
        case _:
            return Filters()
