"""The board of one click's journey: what a click did, event by event, across the services, while it happens."""

from __future__ import annotations

from starlette.responses import Response

from web.api.shapes.notifications import Journey
from web.clicks import Click, clicks_of
from web.pages.doors import get
from web.visit import Visit


async def clicks(visit: Visit) -> Response:
    """The last click that sent something, or else the last one; the others are a link away."""
    if not visit.remembers_clicks:
        return visit.page("errors/forbidden.html", status=403)
    known = clicks_of(visit.request.cookies)
    asked = visit.request.query_params.get("click")
    newest = next((click for click in known if click.acts), known[0] if known else None)
    chosen = next((click for click in known if click.trace_id == asked), newest)
    journey = await _journey(visit, chosen)
    return visit.page("clicks/clicks.html", part="steps", clicks=known, chosen=chosen, journey=journey)


async def _journey(visit: Visit, click: Click | None) -> Journey | None:
    return await visit.api.notifications.journey(click.trace_id) if click else None


ROUTES = [get("/clicks", clicks)]
