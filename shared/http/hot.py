"""Routes that are asked so often that the framework's own part of a request would be most of it.

FastAPI and Starlette lead a request through eleven layers, of which a GET without a body needs three: the edge, which
names, times and counts it, the gate, and what turns a refusal into a problem document. Those three are all that stands
before a hot route; the others took half of the processor time of a reading.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import Refusal
from shared.http.edge import Edge
from shared.http.gate import Gate
from shared.http.problems import problem

LONGEST = 200
"""Characters of a path parameter. What is longer goes to the documented route, which says what is wrong with it."""

_METHODS = frozenset({"GET", "HEAD"})


class HotRoute:
    """A GET that is answered without FastAPI, in front of the route of the same path that documents it.

    It takes what that one would take and find nothing wrong with; everything else passes on to it. ``endpoint`` looks
    after identity and parameters itself; parameters are texts.
    """

    def __init__(self, path: str, endpoint: Callable[[Request], Awaitable[Response]]) -> None:
        self.path_format = path
        self.endpoint = endpoint
        self._prefix = path.partition("{")[0]
        self._form = compile_path(path)[0]

    def parameters(self, path: str) -> dict[str, str] | None:
        """The path's parameters, if it is for this route."""
        found = self._form.match(path) if path.startswith(self._prefix) else None
        if found is None or any(len(value) > LONGEST for value in found.groups()):
            return None
        return found.groupdict()


class HotApi(FastAPI):
    """An app whose hot routes are answered before all others."""

    def serve_hot(self, routes: Sequence[HotRoute], gate: Gate) -> None:
        """Answer these without the framework."""
        self.hot = tuple(routes)
        self._door = Edge(_Door(gate))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["method"] in _METHODS:
            for route in self.hot:
                parameters = route.parameters(scope["path"])
                if parameters is not None:
                    hot: dict[str, Any] = {"app": self, "route": route, "path_params": parameters}
                    await self._door({**scope, **hot}, receive, send)
                    return
        await super().__call__(scope, receive, send)


class _Door:
    """What is left of the way to the endpoint."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp
        try:
            self._gate.check_target(scope)
            answer = await scope["route"].endpoint(Request(scope, receive))
        except Refusal as refusal:
            answer = problem(refusal, scope.get("plenary.request_id"))
        await answer(scope, receive, send)
