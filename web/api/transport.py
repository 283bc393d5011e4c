"""How the gateway is asked: one pool of connections, and each question in the name of the reader who is served.

By aiohttp, whose parser is C: a question costs 0.07 ms of processor time where httpx2 took 0.7, half of a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson
from yarl import URL

from shared import trace
from shared.ids import new_id
from web import timing
from web.api.problems import Problem, Unavailable

READER_COOKIE = "plenary_reader"
NOT_OURS = frozenset({502, 503, 504})
"""Statuses with which the gateway says that somebody behind it is away."""


@dataclass(slots=True)
class As:
    """In whose name the API is asked. Whatever comes from the browser goes on as it came."""

    address: str | None = None
    user_agent: str | None = None
    purpose: str | None = None
    reader: str | None = None
    """The anonymous reader's cookie."""
    access: str | None = None
    """The member's access token."""
    waits: bool = False
    """Whether a session could not be resumed because accounts is away: it is neither over nor at hand."""
    given: list[str] = field(default_factory=list)
    """``Set-Cookie`` values that the API gave, to be passed on."""

    def headers(self) -> dict[str, str]:
        """What says so."""
        said: dict[str, str] = {}
        if self.address:
            said["x-forwarded-for"] = self.address
        if self.user_agent:
            said["user-agent"] = self.user_agent
        if self.purpose:
            said["sec-purpose"] = self.purpose
        if self.reader:
            said["cookie"] = f"{READER_COOKIE}={self.reader}"
        if self.access:
            said["authorization"] = f"Bearer {self.access}"
        traceparent = trace.current_traceparent()
        if traceparent:
            said["traceparent"] = traceparent
        return said


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer of the API."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """The body as data."""
        return orjson.loads(self.content) if self.content else None

    @property
    def etag(self) -> str:
        """The version that was seen, for ``If-Match``."""
        return self.headers.get("etag", "").removeprefix("W/")


class Gateway:
    """The pool. One for the process."""

    def __init__(self, url: str, key: str, *, seconds: float = 10.0, connections: int = 100) -> None:
        self._url = url
        self._headers = {"x-site-key": key, "accept": "application/json", "accept-encoding": "identity"}
        self._timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=2.0)
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let the connections go."""
        if self._session is not None:
            await self._session.close()

    def _pool(self) -> aiohttp.ClientSession:
        """Made within the running event loop, when first used."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                self._url,
                headers=self._headers,
                timeout=self._timeout,
                # Shorter than the gateway's, so that no question goes into a connection that is just being closed.
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=30),
                # No cookie of one reader goes along with another's question.
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session

    async def ask(
        self,
        who: As,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer, or a :class:`Problem`. A redirect is an answer too. ``body`` goes as JSON, ``form`` as a form."""
        sent = {**who.headers(), **(headers or {})}
        content: bytes | None = None
        if body is not None:
            sent["content-type"], content = "application/json", orjson.dumps(body)
        elif form is not None:
            sent["content-type"], content = "application/x-www-form-urlencoded", urlencode(form).encode()
        if method == "POST":
            sent.setdefault("idempotency-key", new_id())
        try:
            with timing.asking():
                async with self._pool().request(
                    method, _target(path, query), data=content, headers=sent, allow_redirects=False
                ) as response:
                    said = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable from error
        given = response.headers.getall("set-cookie", [])
        who.given.extend(value for value in given if value.startswith(f"{READER_COOKIE}="))
        if response.status >= 400:
            raise _problem(response.status, response.headers, said)
        return Answer(response.status, response.headers, said)


def _target(path: str, query: Mapping[str, Any] | None) -> URL:
    """The path, with what of the query is not None. What is quoted already stays so; what is not and should be, is."""
    asked = [
        (name, _text(one))
        for name, value in (query or {}).items()
        for one in (value if isinstance(value, list | tuple) else [value])
        if one is not None
    ]
    return URL(f"{path}?{urlencode(asked)}" if asked else path)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _problem(status: int, headers: Mapping[str, str], content: bytes) -> Problem:
    try:
        document = orjson.loads(content)
    except ValueError:
        document = {}
    if not isinstance(document, dict):
        document = {}
    if status in NOT_OURS:
        return Unavailable(status, document)
    return Problem(status, document, {name.lower(): value for name, value in headers.items()})
