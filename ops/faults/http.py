"""How clients call the gateway: every attempt goes into the ledger before it is made, and once it has ended."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import orjson

from ops.faults.ledger import Ledger, Outcome

BROWSERS = 8
"""Clients of the gateway, each with an address of its own, because it gives each address so many requests a second."""

PATIENCE = 10.0
"""Seconds until a client gives up waiting for an answer."""

PERSISTENCE = 90.0
"""Seconds for which a client that knows nothing asks again, with the same Idempotency-Key."""

Learn = Callable[[Mapping[str, Any]], dict[str, Any]]
"""What of an answer's body goes into the ledger."""


@dataclass(frozen=True, slots=True)
class Told:
    """How one attempt ended."""

    outcome: Outcome
    status: int | None = None
    body: Any = None

    @property
    def done(self) -> bool:
        """Whether the client was told that it is done."""
        return self.outcome == "done"


class Calls:
    """All clients together."""

    def __init__(self, url: str, ledger: Ledger, scenario: Callable[[], str]) -> None:
        self._ledger = ledger
        self._scenario = scenario
        self._browsers = [_browser(url, number) for number in range(BROWSERS)]
        self._turn = 0
        self.answered: Counter[str] = Counter()
        """How attempts have ended so far."""

    async def close(self) -> None:
        """Hang up."""
        await asyncio.gather(*(browser.aclose() for browser in self._browsers))

    async def once(
        self,
        op: str,
        kind: str,
        method: str,
        path: str,
        *,
        what: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        learn: Learn | None = None,
    ) -> Told:
        """Make one attempt."""
        await self._ledger.write("intends", op, kind=kind, scenario=self._scenario(), **what)
        began = time.monotonic()
        told = await self._ask(method, path, headers, json)
        self.answered[told.outcome] += 1
        learned = learn(told.body) if learn and told.done and isinstance(told.body, dict) else {}
        reason = told.body.get("type") if told.outcome in {"refused", "failed"} else None
        await self._ledger.write(
            "told",
            op,
            outcome=told.outcome,
            status=told.status,
            seconds=round(time.monotonic() - began, 3),
            **({"reason": reason} if reason else {}),
            **learned,
        )
        return told

    async def persist(self, op: str, kind: str, method: str, path: str, **call: Any) -> Told:
        """Attempt it until the answer is a success or a refusal, as a good client does."""
        deadline = time.monotonic() + PERSISTENCE
        while True:
            told = await self.once(op, kind, method, path, **call)
            in_progress = told.status == 409 and "request-in-progress" in str(told.body.get("type"))
            if (told.outcome in {"done", "refused"} and not in_progress) or time.monotonic() > deadline:
                return told
            await asyncio.sleep(0.3)

    async def _ask(self, method: str, path: str, headers: Mapping[str, str] | None, json: Any) -> Told:
        self._turn += 1
        browser = self._browsers[self._turn % BROWSERS]
        try:
            answer = await browser.request(method, path, headers=dict(headers or {}), json=json)
        except httpx2.HTTPError:
            return Told("silent")
        return _told(answer)


def _browser(url: str, number: int) -> httpx2.AsyncClient:
    """A client at 127.1.0.N; every address of 127/8 is this machine."""
    limits = httpx2.Limits(max_connections=256, max_keepalive_connections=64, keepalive_expiry=20)
    transport = httpx2.AsyncHTTPTransport(local_address=f"127.1.0.{number + 1}", limits=limits)
    return httpx2.AsyncClient(base_url=url, transport=transport, timeout=PATIENCE)


def _told(answer: httpx2.Response) -> Told:
    status = answer.status_code
    media = answer.headers.get("content-type", "").partition(";")[0]
    try:
        body = orjson.loads(answer.content) if answer.content else None
    except orjson.JSONDecodeError:
        return Told("odd", status)
    if 200 <= status < 300 and media in {"application/json", ""}:
        return Told("done", status, body)
    if status >= 400 and media == "application/problem+json" and isinstance(body, dict):
        return Told("refused" if status < 500 else "failed", status, body)
    return Told("odd", status, body)
