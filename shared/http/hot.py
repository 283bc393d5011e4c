"""Routes that are asked so often that the framework's own part of a request would be most of it.

FastAPI and Starlette lead a request through eleven layers, of which three or four do something for it: the edge, which
names, times and counts it, the gate, the keeper of answers where a key came with it, and what turns a refusal into a
problem document. Those are all that stands before a hot route; the others took half of the processor time of a reading,
and a third of a comment's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import orjson
from fastapi import FastAPI
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import Refusal
from shared.http.edge import Edge
from shared.http.gate import Gate, again
from shared.http.idempotency import KeptAnswer, KeptAnswers, on_kept_answer
from shared.http.problems import problem

LONGEST = 200
"""Characters of a path parameter. What is longer goes to the documented route, which says what is wrong with it."""

_READING = frozenset({"GET", "HEAD"})


class HotRoute:
    """A route that is answered without FastAPI, in front of the one of the same path that documents it.

    It takes what that one would take and find nothing wrong with; ``endpoint`` returns None for everything else, before
    it has done anything, and so leads to it. ``endpoint`` looks after identity, parameters and body itself; parameters
    of the path are texts.
    """

    def __init__(
        self, path: str, endpoint: Callable[[Request], Awaitable[Response | None]], *, method: str = "GET"
    ) -> None:
        self.path_format = path
        self.endpoint = endpoint
        self._methods = _READING if method == "GET" else {method}
        self._prefix = path.partition("{")[0]
        self._form = compile_path(path)[0]

    def parameters(self, method: str, path: str) -> dict[str, str] | None:
        """The path's parameters, if it is for this route."""
        if method not in self._methods or not path.startswith(self._prefix):
            return None
        found = self._form.match(path)
        if found is None or any(len(value) > LONGEST for value in found.groups()):
            return None
        return found.groupdict()


class HotApi(FastAPI):
    """An app whose hot routes are answered before all others."""

    def serve_hot(self, routes: Sequence[HotRoute], gate: Callable[[ASGIApp], Gate]) -> None:
        """Answer these without the framework. ``gate`` makes what checks their requests."""
        self.hot = tuple(routes)
        door = _Door(super().__call__)
        self._reading = Edge(gate(door))
        self._writing = Edge(gate(KeptAnswers(door)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            for route in self.hot:
                parameters = route.parameters(scope["method"], scope["path"])
                if parameters is not None:
                    hot: dict[str, Any] = {"app": self, "route": route, "path_params": parameters}
                    layers = self._reading if scope["method"] in _READING else self._writing
                    await layers({**scope, **hot}, receive, send)
                    return
        await super().__call__(scope, receive, send)


class _Door:
    """What is left of the way to the endpoint."""

    def __init__(self, documented: ASGIApp) -> None:
        self._documented = documented

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp | None
        request = Request(scope, receive)
        try:
            answer = await scope["route"].endpoint(request)
        except Refusal as refusal:
            answer = problem(refusal, scope.get("plenary.request_id"))
        except KeptAnswer as kept:
            answer = await on_kept_answer(request, kept)
        if answer is not None:
            await answer(scope, receive, send)
        elif scope["method"] in _READING:
            await self._documented(scope, receive, send)
        else:
            await self._documented(scope, again(await request.body(), receive), send)


Model = TypeVar("Model", bound=BaseModel)


async def body_of(request: Request, kind: type[Model]) -> Model | None:
    """What came, as the documented route would take it; None if it is for that one to say what is wrong with it."""
    try:
        return kind.model_validate(orjson.loads(await request.body()))
    except (orjson.JSONDecodeError, ValidationError):
        return None
