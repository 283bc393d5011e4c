"""Looking for articles, and narrowing down what was found."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from web.api import Problem
from web.pages.doors import get
from web.visit import Visit

FILTERS = ("topic", "region", "country", "kind", "series")
ORDERS = ("best", "newest")


async def search(visit: Visit) -> Response:
    """The form, and what was found."""
    query = visit.request.query_params
    words = query.get("q", "").strip()[:200]
    chosen = {name: query[name] for name in FILTERS if query.get(name)}
    order = query.get("sort", "best")
    reference = visit.site.reference
    results, topics, regions, series = await asyncio.gather(
        _found(visit, words, {**chosen, "sort": order if order in ORDERS else "best", "cursor": query.get("cursor")}),
        visit.if_there(reference.topics()),
        visit.if_there(reference.regions()),
        visit.if_there(reference.series()),
    )
    return visit.page(
        "search/search.html",
        part="results",
        words=words,
        chosen=chosen,
        order=order if order in ORDERS else "best",
        results=results,
        topics=topics or {},
        regions=regions or {},
        series=series or {},
    )


async def _found(visit: Visit, words: str, query: dict[str, str | None]) -> object:
    if not words:
        return None
    try:
        return await visit.api.content.search(words, **query)
    except Problem as problem:
        # A filter or a page that does not exist finds nothing; what is wrong with the platform is said as such.
        if problem.status not in {400, 422}:
            raise
        return None


ROUTES = [get("/search", search)]
