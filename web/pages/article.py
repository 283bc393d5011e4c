"""An article: whole, or as far as the meter allows."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from web.api.content import Moved
from web.pages.doors import get
from web.visit import Visit


async def article(visit: Visit) -> Response:
    """An article, case study or survey report."""
    content = visit.api.content
    slug = visit.request.path_params["slug"]
    found = await content.article(slug)
    if isinstance(found, Moved):
        return visit.to(f"/articles/{found.slug}", status=301)
    related, topics, regions = await asyncio.gather(
        visit.if_there(content.related(found.slug)),
        visit.if_there(content.topics()),
        visit.if_there(content.regions()),
    )
    return visit.page(
        "article/article.html",
        article=found,
        related=related or [],
        topics={topic.slug: topic for topic in topics or []},
        regions={region.slug: region for region in regions or []},
    )


ROUTES = [get("/articles/{slug}", article)]
