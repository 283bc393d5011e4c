"""How the gateway is asked: one pool of connections, and each question in the name of the reader who is served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2
import orjson

from shared import trace
from shared.ids import new_id
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
        self._client = httpx2.AsyncClient(
            base_url=url,
            headers={"x-site-key": key, "accept": "application/json", "accept-encoding": "identity"},
            timeout=httpx2.Timeout(seconds, connect=2.0),
            limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
            follow_redirects=False,
            trust_env=False,
        )

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

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
            response = await self._client.request(
                method,
                path,
                params={name: value for name, value in (query or {}).items() if value is not None},
                content=content,
                headers=sent,
            )
        except httpx2.TransportError as error:
            raise Unavailable from error
        who.given.extend(
            value for value in response.headers.get_list("set-cookie") if value.startswith(f"{READER_COOKIE}=")
        )
        if response.status_code >= 400:
            raise _problem(response)
        return Answer(response.status_code, response.headers, response.content)


def _problem(response: httpx2.Response) -> Problem:
    try:
        document = orjson.loads(response.content)
    except ValueError:
        document = {}
    if not isinstance(document, dict):
        document = {}
    if response.status_code in NOT_OURS:
        return Unavailable(response.status_code, document)
    return Problem(response.status_code, document, dict(response.headers))
