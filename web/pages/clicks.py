"""The board of one click's journey: what a click did, event by event, across the services, while it happens."""

from __future__ import annotations

import re

from starlette.exceptions import HTTPException
from starlette.responses import Response

from web.api.shapes.notifications import Journey
from web.clicks import Click, clicks_of
from web.live import slower_and_slower
from web.pages.doors import get
from web.visit import Visit

TRACE = re.compile(r"[0-9a-f]{32}", re.ASCII)

LOOKS = ((0.5, 20), (2.0, 25), (5.0, 12))
"""A journey is over within seconds, so they count; whatever retries it is waited for two minutes, with fewer and fewer
questions: 57 in all, where asking every two seconds were 60 and showed each step later.
"""


async def clicks(visit: Visit) -> Response:
    """The last click that sent something, or else the last one; the others are a link away."""
    if not visit.remembers_clicks:
        return visit.page("errors/forbidden.html", status=403)
    known = clicks_of(visit.request.cookies)
    asked = visit.request.query_params.get("click")
    newest = next((click for click in known if click.acts), known[0] if known else None)
    chosen = next((click for click in known if click.trace_id == asked), newest)
    journey = await _journey(visit, chosen)
    return visit.page("clicks/clicks.html", clicks=known, chosen=chosen, journey=journey)


async def _journey(visit: Visit, click: Click | None) -> Journey | None:
    return await visit.api.notifications.journey(click.trace_id) if click else None


async def steps(visit: Visit) -> Response:
    """The steps of one journey, sent anew as they are taken."""
    trace_id = visit.request.path_params["trace_id"]
    if not TRACE.fullmatch(trace_id):
        raise HTTPException(404)
    if not visit.remembers_clicks:
        raise HTTPException(403)

    def show(journey: Journey) -> str:
        return visit.part("clicks/clicks.html", "count", "steps", journey=journey)

    return visit.stream(lambda: visit.api.notifications.journey(trace_id), show, slower_and_slower(*LOOKS))


ROUTES = [get("/clicks", clicks), get("/live/clicks/{trace_id}", steps)]
