"""The first page."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from web.pages.doors import get
from web.visit import Visit


async def home(visit: Visit) -> Response:
    """What is new, what is read, what is asked, and whom one can meet."""
    content = visit.api.content
    newest, trending, topics, webinars, regions = await asyncio.gather(
        content.articles(limit=13),
        visit.if_there(content.trending(limit=5, hours=168)),
        content.topics(),
        visit.if_there(content.webinars(when="upcoming", limit=2, zone=visit.zone)),
        content.regions(),
    )
    return visit.page(
        "home/home.html",
        newest=newest.items,
        trending=trending or [],
        topics={topic.slug: topic for topic in topics},
        regions={region.slug: region for region in regions},
        webinars=webinars.items if webinars else [],
    )


ROUTES = [get("/", home)]
