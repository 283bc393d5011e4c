"""What a reader sees when something is not there, not theirs, or not working."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from web.api import Problem
from web.pages.doors import GUARDS
from web.visit import FormRefused, Visit, visit_of

log = structlog.get_logger(__name__)

PAGES = {401: "log-in", 403: "forbidden", 404: "not-found", 410: "gone", 413: "too-large", 429: "too-many", 503: "away"}
"""The template for each status; what is not here is our own failure."""


async def on_problem(request: Request, error: Exception) -> Response:
    """The API refused something that the page could not do without."""
    if not isinstance(error, Problem):
        raise error
    visit = await _visit(request)
    if error.status == 401 and request.method == "GET":
        return _guarded(visit.to(visit.log_in_path))
    status = 503 if error.status in {502, 503, 504} else error.status
    if status not in PAGES:
        log.warning("api.refused", status=error.status, problem=error.slug)
        status = 500
    return _guarded(error_page(visit, status, wait=error.retry_after))


async def on_http_exception(request: Request, error: Exception) -> Response:
    """No page has this address, or it is asked in a way that it does not answer."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 405:
        return Response("This page cannot be asked that way.", 405, media_type="text/plain")
    return _guarded(error_page(await _visit(request), status if status in PAGES else 500))


async def on_refused_form(request: Request, _error: Exception) -> Response:
    """A form without our key: too old a page, or somebody else's."""
    return _guarded((await _visit(request)).trouble("form", 403))


async def on_crash(visit: Visit, error: Exception) -> Response:
    """We failed. The log says how, the page says that it was us."""
    log.error("page.crashed", exc_info=error)
    return error_page(visit, 500)


def error_page(visit: Visit, status: int, **context: Any) -> Response:
    """The page for a status, with the number under which the log has it."""
    request_id = visit.request.scope.get("plenary.request_id", "")
    return visit.trouble(PAGES.get(status, "failed"), status, **{"request_id": request_id, "wait": None, **context})


async def _visit(request: Request) -> Visit:
    found = getattr(request.state, "visit", None)
    return found if isinstance(found, Visit) else await visit_of(request, request.app.state.site)


def _guarded(response: Response) -> Response:
    for name, value in GUARDS.items():
        response.headers.setdefault(name, value)
    return response


HANDLERS: Mapping[Any, Any] = {
    Problem: on_problem,
    HTTPException: on_http_exception,
    FormRefused: on_refused_form,
}
