"""The outermost layer of every API, in plain ASGI: it names, times and counts each request, and catches what falls.

Plain ASGI, because Starlette's ``BaseHTTPMiddleware`` cost 0.4 ms a request where this costs next to nothing.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import journeys, metrics, trace
from shared.http.problems import problem_for_crash
from shared.ids import new_id

log = structlog.get_logger(__name__)

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
SLOW_SECONDS = 2.0

UNTOLD = ("/health", "/metrics", "/openapi.json", journeys.PATH)
"""Routes that are no part of any journey."""


class Edge:
    """Gives every request an id and a trace, every answer its headers, and every crash a problem document."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. What has come by here already, on its way to a hot route, passes."""
        if scope["type"] != "http" or "plenary.request_id" in scope:
            await self._app(scope, receive, send)
            return
        request_id, traceparent = _told(scope["headers"])
        scope["plenary.request_id"] = request_id
        with (
            trace.entered(trace.follow(traceparent, request_id)),
            structlog.contextvars.bound_contextvars(request_id=request_id),
        ):
            await _Exchange(scope, request_id, send).run(self._app, receive)


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, request_id: str, send: Send) -> None:
        self._head = scope["method"] == "HEAD"
        self._method = scope["method"]
        # Every resource that can be read can be asked about (RFC 9110, section 9.3.2): HEAD is routed as GET, and
        # the body is left out below. `is_head` tells a handler for which reading has consequences.
        self._scope = {**scope, "method": "GET", "plenary.head": True} if self._head else scope
        self._request_id = request_id
        self._send = send
        self._status = 0
        self._streams_since: float | None = None

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        began = time.perf_counter()
        metrics.request_started()
        try:
            await app(self._scope, receive, self._answer)
        except Exception as error:
            route = route_template(self._scope)
            crash = problem_for_crash(error, self._request_id, method=self._method, route=route)
            if self._status:
                raise  # Half an answer is out; breaking the connection is the only way to say that it is not whole.
            await crash(self._scope, receive, self._answer)
        finally:
            # A stream has answered when it begins, however long it then stands.
            seconds = (self._streams_since or time.perf_counter()) - began
            route = route_template(self._scope)
            metrics.request_ended(self._method, route, self._status or 500, seconds)
            if not route.startswith(UNTOLD):
                journeys.requested(self._method, route, self._status or 500, seconds)
            if seconds > SLOW_SECONDS:
                # The gateway's access log has every request; here only what an operator should look into.
                log.warning("http.slow", method=self._method, route=route, seconds=round(seconds, 3))

    async def _answer(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = list(message["headers"])
            if any(name == b"content-type" and value.startswith(b"text/event-stream") for name, value in headers):
                self._streams_since = time.perf_counter()
            names = {name for name, _ in headers}
            headers += [(b"x-request-id", self._request_id.encode()), (b"x-content-type-options", b"nosniff")]
            here = trace.current()
            if here is not None:
                headers.append((b"traceresponse", here.header().encode()))
            if b"cache-control" not in names:
                headers.append(
                    (b"cache-control", b"private, no-cache" if self._scope["method"] == "GET" else b"no-store")
                )
            message = {**message, "headers": headers}
        elif self._head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)


def is_head(request: Request) -> bool:
    """Whether the client asked only for the headers. Such a request is no reading, and must count as none."""
    return bool(request.scope.get("plenary.head"))


def route_template(scope: Scope) -> str:
    """The route that took the request, such as ``/v1/comments/{id}``: a label that stays bounded."""
    context = (scope.get("fastapi") or {}).get("effective_route_context")
    template = getattr(context, "path_format", None) or getattr(scope.get("route"), "path_format", None)
    if template:
        return str(template)
    # Plain Starlette routes (the probes) leave only their endpoint.
    return str(scope["path"]) if scope.get("endpoint") is not None else "unmatched"


def _told(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, str | None]:
    """The request id (the gateway's, or a new one) and the traceparent."""
    request_id = traceparent = None
    for name, value in headers:
        if name == b"x-request-id" and _REQUEST_ID.fullmatch(value):
            request_id = value.decode()
        elif name == b"traceparent":
            traceparent = value.decode("latin-1")
    return request_id or new_id(), traceparent
