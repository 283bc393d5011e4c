"""About the site itself: how it looks and speaks to one reader, what it promises, and whether it works."""

from __future__ import annotations

import asyncio
import time
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import i18n, times
from web.api import Problem
from web.pages.doors import get
from web.safe import safe_path
from web.visit import THEME_COOKIE, THEMES, Visit, remember

PARTS = {
    "content": "/v1/topics",
    "metering": "/v1/policies",
    "accounts": "/.well-known/jwks.json",
    "community": "/v1/suggestions/managers",
    "notifications": "/v1/preferences/purposes",
}
"""What each service answers to everybody, and soon."""

ROBOTS = """User-agent: *
Disallow: /log-in
Disallow: /join
Disallow: /account
Disallow: /desk
Disallow: /display
Disallow: /search
Disallow: /v1/

Sitemap: {public_url}/sitemap.xml
"""


class PartStatus(NamedTuple):
    """Whether a service answered, and how soon."""

    name: str
    works: bool
    milliseconds: int


async def display(visit: Visit) -> Response:
    """Language, appearance and time zone. With a choice in the address it is kept, and one goes back to the page."""
    query = visit.request.query_params
    back = safe_path(query.get("to"))
    language, theme, zone = query.get("language"), query.get("theme"), times.known_zone(query.get("zone"))
    if language in i18n.LANGUAGES:
        remember(visit, i18n.COOKIE, str(language))
    if theme in THEMES:
        remember(visit, THEME_COOKIE, str(theme))
    if zone:
        remember(visit, times.COOKIE, zone)
    if language or theme or zone:
        return visit.to(back)
    return visit.page("about/display.html", back=back, zones=sorted(times.zones()))


async def meter(visit: Visit) -> Response:
    """How far the reader has read, which articles were counted, and by which rule."""
    return visit.page("about/meter.html", meter=await visit.api.metering.meter())


async def accessibility(visit: Visit) -> Response:
    """The accessibility statement."""
    return visit.page("about/accessibility.html")


async def status(visit: Visit) -> Response:
    """Whether each part of the platform answers at this moment."""
    parts = await asyncio.gather(*(_part(visit, name, path) for name, path in PARTS.items()))
    visit.headers["Cache-Control"] = "no-store"
    return visit.page("about/status.html", parts=parts)


async def _part(visit: Visit, name: str, path: str) -> PartStatus:
    began = time.perf_counter()
    try:
        await visit.api.content.ask("GET", path)
    except Problem:
        return PartStatus(name, works=False, milliseconds=0)
    return PartStatus(name, works=True, milliseconds=round((time.perf_counter() - began) * 1000))


async def robots(request: Request) -> Response:
    """What programs that follow links may look at."""
    text = ROBOTS.format(public_url=request.app.state.site.settings.public_url)
    return Response(text, media_type="text/plain", headers={"Cache-Control": "public, max-age=3600"})


ROUTES = [
    get("/display", display),
    get("/meter", meter),
    get("/accessibility", accessibility),
    get("/status", status),
    Route("/robots.txt", robots),
]
