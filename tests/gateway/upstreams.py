"""Small real services that answer as told and remember what reached them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.support import eventually

Answer = Callable[[Request], Awaitable[Response]]


@dataclass
class Seen:
    """A request as it arrived at a service."""

    method: str
    path: str
    """As sent, with its escapes and its query string."""
    headers: dict[str, list[str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The one value of a header, or nothing; two values are a failure."""
        values = self.headers.get(name, [])
        assert len(values) <= 1, f"{name} arrived {len(values)} times: {values}"
        return values[0] if values else None


@dataclass
class EchoService:
    """One of the five services as the gateway sees it."""

    name: str
    port: int
    seen: list[Seen] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    """What to answer below a path; the longest one counts. Otherwise 200 with the service's name."""
    ready: bool = True
    _server: uvicorn.Server | None = None
    _task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        if request.url.path == "/health/ready":
            await Response(status_code=200 if self.ready else 503)(scope, receive, send)
            return
        self.seen.append(await _seen(request))
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        for path in sorted(self.answers, key=len, reverse=True):
            if request.url.path.startswith(path):
                return await self.answers[path](request)
        return JSONResponse({"service": self.name})

    def asked(self, path: str) -> list[Seen]:
        """The requests whose path, without the query string, was this."""
        return [request for request in self.seen if request.path.split("?", 1)[0] == path]

    async def start(self) -> None:
        """Listen, and come back once connections are accepted."""
        config = uvicorn.Config(
            self, host="127.0.0.1", port=self.port, log_config=None, lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server.serve())
        await eventually(lambda: self._server is not None and self._server.started, every=0.005)

    async def stop(self) -> None:
        """Close the port."""
        if self._server and self._task:
            self._server.should_exit = True
            await self._task
            self._server = self._task = None

    @contextlib.asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Be down for a while."""
        await self.stop()
        try:
            yield
        finally:
            await self.start()

    @contextlib.contextmanager
    def answering(self, path: str, answer: Answer) -> Iterator[None]:
        """Answer otherwise below ``path`` for a while."""
        before = dict(self.answers)
        self.answers[path] = answer
        try:
            yield
        finally:
            self.answers = before


async def _seen(request: Request) -> Seen:
    headers: dict[str, list[str]] = {}
    for name, value in request.headers.raw:
        headers.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    query = request.scope["query_string"].decode("latin-1")
    path = request.scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
    return Seen(request.method, path, headers, await request.body())


def always(status: int = 200, *, headers: dict[str, str] | None = None, content: Any = None) -> Answer:
    """The same answer to every request."""

    async def answer(_request: Request) -> Response:
        return JSONResponse(content, status, headers)

    return answer
