"""Feeds and the sitemap: written by the API, found where people and programs look for them."""

from __future__ import annotations

from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import Response

from web.pages.doors import get
from web.visit import Visit

ENDINGS = (".rss", ".atom")
PASSED_ON = ("content-type", "etag", "cache-control", "last-modified")


async def feed(visit: Visit) -> Response:
    """``/feeds/all.rss``, ``/feeds/topics/open-data.atom``."""
    place = visit.request.path_params["place"]
    if not place.endswith(ENDINGS):
        raise HTTPException(404)
    return await _passed_on(visit, f"/v1/feeds/{quote(place)}")


async def sitemap(visit: Visit) -> Response:
    """What search engines may look at."""
    return await _passed_on(visit, "/v1/sitemap.xml")


async def _passed_on(visit: Visit, path: str) -> Response:
    known = visit.request.headers.get("if-none-match")
    answer = await visit.api.content.ask("GET", path, headers={"if-none-match": known} if known else None)
    headers = {name: answer.headers[name] for name in PASSED_ON if name in answer.headers}
    return Response(answer.content, answer.status, headers)


ROUTES = [get("/feeds/{place:path}", feed), get("/sitemap.xml", sitemap)]
