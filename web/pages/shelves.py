"""Topics, regions and series: each with its articles, its webinars, and what is read most there."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from web.pages.doors import get
from web.visit import Visit

PAGE = 12


async def topics(visit: Visit) -> Response:
    """Every topic."""
    return visit.page("shelves/topics.html", topics=await visit.site.reference.topics())


async def regions(visit: Visit) -> Response:
    """Every region, with its countries."""
    return visit.page("shelves/regions.html", regions=await visit.site.reference.regions())


async def all_series(visit: Visit) -> Response:
    """Every series, with its question."""
    return visit.page("shelves/all-series.html", series=await visit.site.reference.series())


async def topic(visit: Visit) -> Response:
    """A topic."""
    found = (await visit.site.reference.topics()).get(visit.request.path_params["slug"])
    if found is None:
        raise HTTPException(404)
    return visit.page("shelves/topic.html", topic=found, **await _shelf(visit, topic=found.slug))


async def region(visit: Visit) -> Response:
    """A region, or one of its countries (``?country=SG``)."""
    found = (await visit.site.reference.regions()).get(visit.request.path_params["slug"])
    if found is None:
        raise HTTPException(404)
    wanted = visit.request.query_params.get("country")
    country = next((one for one in found.countries if one.code == wanted), None)
    shelf = await _shelf(visit, region=found.slug, country=country.code if country else None)
    return visit.page("shelves/region.html", region=found, country=country, **shelf)


async def series(visit: Visit) -> Response:
    """A series: its articles and its webinars, past ones too."""
    found = (await visit.site.reference.series()).get(visit.request.path_params["slug"])
    if found is None:
        raise HTTPException(404)
    shelf, past = await asyncio.gather(
        _shelf(visit, series=found.slug),
        visit.if_there(visit.api.content.webinars(series=found.slug, when="past", limit=6, zone=visit.zone)),
    )
    return visit.page("shelves/series.html", series=found, past=past.items if past else [], **shelf)


async def board(visit: Visit) -> Response:
    """Who decides what is published."""
    return visit.page("about/board.html", board=await visit.api.content.board())


async def _shelf(visit: Visit, *, country: str | None = None, **shelf: str) -> dict[str, Any]:
    """What stands on a shelf: its articles, and beside the first of them what is read and who can be met."""
    content = visit.api.content
    cursor = visit.request.query_params.get("cursor")
    first = cursor is None
    articles, names, trending, webinars = await asyncio.gather(
        content.articles(**shelf, country=country, cursor=cursor, limit=PAGE),
        visit.if_there(visit.site.reference.topics()),
        visit.if_there(content.trending(**shelf, limit=5, hours=168)) if first and "series" not in shelf else _none(),
        visit.if_there(content.webinars(**shelf, when="upcoming", limit=3, zone=visit.zone)) if first else _none(),
    )
    return {
        "articles": articles,
        "topics": names or {},
        "trending": trending if trending and len(trending) > 2 else [],
        "webinars": webinars.items if webinars else [],
        "first": first,
    }


async def _none() -> None:
    return None


ROUTES = [
    get("/topics", topics),
    get("/topics/{slug}", topic),
    get("/regions", regions),
    get("/regions/{slug}", region),
    get("/series", all_series),
    get("/series/{slug}", series),
    get("/board", board),
]
