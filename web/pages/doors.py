"""How a page is made a route: ``ROUTES = [get("/topics/{slug}", topic), post("/log-in", log_in)]``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared import trace
from web import timing
from web.api import Problem
from web.clicks import Click, remember
from web.cookies import Cookies
from web.visit import FormRefused, Site, Visit, visit_of

Page: TypeAlias = Callable[[Visit], Awaitable[Response]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    # Pictures of articles may stand elsewhere, by https.
    "img-src 'self' data: https:"
)
"""No script or style but our own files; nothing inline, nothing from anybody else."""

UNREMEMBERED = ("/clicks", "/live/")
"""What is no click: looking at what clicks did, and what pages ask by themselves."""

KNOWN = (Problem, FormRefused, HTTPException)
"""What the handlers of :mod:`web.pages.errors` have a page for."""

GUARDS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


def get(path: str, page: Page) -> Route:
    """A page that is read."""
    return _route(path, page, "GET")


def post(path: str, page: Page) -> Route:
    """A form that is sent. The page function reads it by ``await visit.form()``, which refuses forged ones."""
    return _route(path, page, "POST")


def member(page: Page, *roles: str) -> Page:
    """Only for members, or for those with one of the roles; others are led to log in, and back."""

    @wraps(page)
    async def guarded(visit: Visit) -> Response:
        if visit.session is None and visit.session_waits:
            return visit.trouble("away", 503)
        if visit.session is None and visit.wants_part:
            return visit.trouble("log-in", 401)
        if visit.session is None:
            return visit.to(visit.log_in_path if visit.request.method == "GET" else visit.log_in_to("/"))
        if roles and not visit.session.may(*roles):
            return visit.trouble("forbidden", 403)
        return await page(visit)

    return guarded


def _route(path: str, page: Page, method: str) -> Route:
    async def endpoint(request: Request) -> Response:
        request.scope["route"] = route  # For the metrics' label.
        site: Site = request.app.state.site
        clock = timing.start()
        visit = await visit_of(request, site)
        request.state.visit = visit
        try:
            response = await page(visit)
        except KNOWN:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the reader gets a page, and the log the whole of it
            response = await site.on_crash(visit, error)
        for name, value in GUARDS.items():
            response.headers.setdefault(name, value)
        if not path.startswith(UNREMEMBERED):
            _remember_click(visit, response)
        response.headers["Server-Timing"] = clock.stop(path)
        return response

    route = Route(path, endpoint, methods=[method], name=f"{method} {path}")
    return route


def _remember_click(visit: Visit, response: Response) -> None:
    """Where the reader may look at what their clicks did, remember this one."""
    under_way = trace.current()
    if under_way is None or not visit.remembers_clicks or visit.wants_part:
        return
    kept = Cookies(secure=visit.site.settings.secure)
    click = Click(under_way.trace_id, visit.request.method, visit.request.url.path)
    remember(click, visit.request.cookies, kept)
    for value in kept.headers():
        response.headers.append("Set-Cookie", value)
