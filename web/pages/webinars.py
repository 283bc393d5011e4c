"""Webinars: what comes, what was, and a place at one."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from shared.ids import new_id
from web import times
from web.api import Problem
from web.api.shapes.webinars import Registration, Webinar
from web.forms import Form
from web.pages.doors import get, member, post
from web.places import zones_by_continent
from web.safe import safe_path
from web.visit import Visit, remember


async def webinars(visit: Visit) -> Response:
    """What comes, soonest first; then what was, with its recordings."""
    query = {"region": visit.request.query_params.get("region") or None, "zone": visit.zone}
    content = visit.api.content
    coming, past, series, regions, mine = await asyncio.gather(
        content.webinars(when="upcoming", limit=50, **query),
        content.webinars(when="past", limit=12, **query),
        content.all_series(),
        content.regions(),
        _registrations(visit),
    )
    return visit.page(
        "webinars/webinars.html",
        coming=coming.items,
        past=past.items,
        series={each.slug: each for each in series},
        regions=regions,
        region=query["region"],
        mine={each.webinar.id for each in mine if each.state == "registered"},
        zones=zones_by_continent(visit.language),
    )


async def webinar(visit: Visit) -> Response:
    """One webinar, with the button that takes a place."""
    return await _page(visit)


async def _page(visit: Visit, status: int = 200, trouble: str | None = None) -> Response:
    content = visit.api.content
    found = await content.webinar(visit.request.path_params["slug"], visit.zone)
    mine, series, others = await asyncio.gather(
        _registrations(visit),
        visit.if_there(content.all_series()),
        _others(visit, found),
    )
    place = next((each for each in mine if each.webinar.id == found.id and each.state == "registered"), None)
    return visit.page(
        "webinars/webinar.html",
        status=status,
        webinar=found,
        place=place,
        trouble=trouble,
        series=next((each for each in series or [] if each.slug == found.series), None),
        others=[each for each in others if each.id != found.id],
        zones=zones_by_continent(visit.language),
        key=new_id(),
        said=visit.request.query_params.get("said"),
    )


async def _registrations(visit: Visit) -> list[Registration]:
    if visit.session is None:
        return []
    found = await visit.if_there(visit.api.content.registrations(zone=visit.zone, limit=100))
    return found.items if found else []


async def _others(visit: Visit, webinar: Webinar) -> list[Webinar]:
    """The other sessions of its series that are still to come: the one to go to where this is full or over."""
    if webinar.series is None:
        return []
    coming = visit.api.content.webinars(series=webinar.series, when="upcoming", limit=4, zone=visit.zone)
    found = await visit.if_there(coming)
    return found.items if found else []


async def register(visit: Visit) -> Response:
    """Take a place. Whoever is not logged in is led to, and comes back to the same page."""
    slug = visit.request.path_params["slug"]
    form = Form.of(await visit.form())
    if visit.session is None:
        return visit.to(f"/log-in?to=/webinars/{slug}")
    try:
        await visit.api.content.register(slug, visit.zone, form["key"])
    except Problem as problem:
        if problem.status not in {403, 409}:
            raise
        return await _page(visit, problem.status, problem.slug)
    return visit.to(f"/webinars/{slug}?said=registered")


async def give_up(visit: Visit) -> Response:
    """Give the place back."""
    slug = visit.request.path_params["slug"]
    form = Form.of(await visit.form())
    try:
        await visit.api.content.give_up(form["registration"])
    except Problem as problem:
        if problem.status not in {404, 409}:
            raise
        return await _page(visit, problem.status, problem.slug)
    return visit.to(f"/webinars/{slug}?said=given-up")


async def calendar_file(visit: Visit) -> Response:
    """The file that calendars read."""
    slug = visit.request.path_params["slug"]
    content = await visit.api.content.calendar_file(slug)
    return visit.file(content, "text/calendar", slug, "ics")


async def choose_zone(visit: Visit) -> Response:
    """Keep the clock that the reader goes by."""
    form = Form.of(await visit.form())
    zone = times.known_zone(form["zone"])
    if zone is not None:
        remember(visit, times.COOKIE, zone)
    return visit.to(safe_path(form["to"]))


ROUTES = [
    get("/webinars", webinars),
    get("/webinars/{slug}", webinar),
    get("/webinars/{slug}/calendar.ics", calendar_file),
    post("/webinars/{slug}/place", register),
    post("/webinars/{slug}/place/give-up", member(give_up)),
    post("/zone", choose_zone),
]
