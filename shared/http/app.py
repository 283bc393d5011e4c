"""The one way to make an API: every service's answers, refusals, probes and metrics are alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared import journeys
from shared.errors import Refusal
from shared.http import openapi, problems
from shared.http.edge import Edge
from shared.http.gate import BodyRule, Gate
from shared.http.health import Probes
from shared.http.hot import HotApi, HotRoute
from shared.http.idempotency import KeptAnswer, KeptAnswers, Keys, on_kept_answer
from shared.http.refusals import Refusals, api_routes
from shared.resources import Resources


def create_app(
    *,
    title: str,
    deps: Any,
    routers: Iterable[APIRouter],
    version: str = "1",
    description: str = "",
    bodies: Sequence[BodyRule] = (),
    produces: Sequence[str] = (),
    refusals: Refusals | None = None,
    hot: Sequence[HotRoute] = (),
) -> FastAPI:
    """An API over ``routers``, whose dependencies find ``deps`` by :func:`deps_of`.

    ``bodies`` allows larger or other bodies under some paths; ``produces`` names media types beside JSON; ``refusals``
    says by operation id what single operations refuse, beside what all of them do; ``hot`` are routes that answer for
    documented ones of the same path. It does nothing with ``deps`` but hand them on, so that the OpenAPI document can
    be made without any.
    """
    app = HotApi(
        title=title,
        version=version,
        description=description,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    app.state.deps = deps
    app.state.probes = Probes()
    app.serve_hot(hot, partial(Gate, rules=bodies, produces=produces))
    for router in routers:
        app.include_router(router)
    app.router.routes.extend((*app.state.probes.routes(), *journeys.routes()))
    app.add_exception_handler(Refusal, problems.on_refusal)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, problems.on_invalid_request)
    app.add_exception_handler(KeptAnswer, on_kept_answer)
    # The last one added is the outermost.
    app.add_middleware(KeptAnswers)
    app.add_middleware(Gate, rules=bodies, produces=produces)
    app.add_middleware(Edge)
    app.openapi = lambda: openapi.document(app, refusals or {})  # type: ignore[method-assign]
    return app


def attach(app: FastAPI, resources: Resources) -> FastAPI:
    """Give an app what its own dependencies (identity, idempotency, cursors, probes) work with."""
    app.state.resources = resources
    app.state.idempotency_keys = Keys(resources.db)
    app.state.probes.client = resources.client
    app.state.probes.started = True
    return app


async def _on_http_exception(request: Request, error: Exception) -> Response:
    """Say with 405 all that can be done here (RFC 9110, section 15.5.6). The framework knows one route of a path."""
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        here = [route for route in api_routes(request.app.routes) if route.path_regex.match(request.scope["path"])]
        if here:
            path = min(here, key=lambda route: len(route.param_convertors)).path_format
            methods = {method for route in here if route.path_format == path for method in route.methods or ()}
            methods |= {"HEAD"} if "GET" in methods else set()
            error.headers = {"Allow": ", ".join(sorted(methods))}
    return await problems.on_http_exception(request, error)


async def deps_of(request: Request) -> Any:
    """What the service's use cases are handed: ``Wired = Annotated[Deps, Depends(deps_of)]``."""
    return request.app.state.deps


def _operation_id(route: APIRoute) -> str:
    """``post_comment`` becomes ``postComment``; a route that needs another name gives ``operation_id`` itself."""
    return re.sub(r"_(\w)", lambda found: found[1].upper(), route.name)
