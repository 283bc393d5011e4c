"""The platform's door as the demo uses it: a few requests at a time, again where that helps, and every refusal told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeAlias, TypeVar

import httpx2

AT_ONCE = 8
"""Requests under way at a time. The gateway lets one address make 500 a second; two cores answer fewer."""
NOT_YET = frozenset({"article-unknown", "member-unknown", "webinar-unknown"})
"""Refusals by a service that has yet to hear, over Kafka, of what another has just been given."""
HEARD_WITHIN = 30.0
"""Seconds for it to hear."""
SHOWN = 12
"""Refusals that are named one by one."""

Answer: TypeAlias = dict[str, Any]
T = TypeVar("T")


class SeedingFailed(Exception):  # noqa: N818 - what happened
    """The platform did not take something; the message says what, and why."""


class Door:
    """Speaks to the gateway as the administrator."""

    def __init__(self, client: httpx2.AsyncClient, say: Callable[[str], None]) -> None:
        self._client = client
        self._say = say
        self._places = asyncio.Semaphore(AT_ONCE)

    async def enter(self, email: str, password: str) -> None:
        """Log in."""
        tokens = await self.post("/v1/sessions", {"email": email, "password": password}, "the administrator's log-in")
        self._client.headers["Authorization"] = f"Bearer {tokens['access_token']}"

    async def post(self, path: str, body: Answer, what: str, *, seen: int | None = None) -> Answer:
        """Send; ``seen`` is the version that a change is based on. Raises :class:`SeedingFailed`."""
        return await self._told("POST", path, what, body, seen)

    async def put(self, path: str, body: Answer, what: str) -> Answer:
        """The same with PUT."""
        return await self._told("PUT", path, what, body)

    async def get(self, path: str, what: str) -> Answer:
        """Look something up."""
        return await self._told("GET", path, what)

    async def each(self, what: str, work: Iterable[Awaitable[T]]) -> list[T]:
        """Do all of ``work``, a little at a time, and say how many it was. One refusal does not keep the rest from
        being tried; all of them are named in the :class:`SeedingFailed` at the end.
        """
        began = time.monotonic()
        ended = await asyncio.gather(*work, return_exceptions=True)
        done = [end for end in ended if not isinstance(end, BaseException)]
        failed = [end for end in ended if isinstance(end, BaseException)]
        self._say(f"{what}: {len(done)} of {len(ended)} in {time.monotonic() - began:.1f} s")
        if failed:
            raise _summed_up(what, failed)
        return done

    async def _told(
        self, method: str, path: str, what: str, body: Answer | None = None, seen: int | None = None
    ) -> Answer:
        headers = {} if seen is None else {"If-Match": f'"{seen}"'}
        until = time.monotonic() + HEARD_WITHIN
        pause = 0.05
        while True:
            async with self._places:
                answer = await self._client.request(method, path, json=body, headers=headers)
            if answer.is_success:
                told: Answer = answer.json()
                return told
            wait = _worth_waiting(answer, pause)
            if wait is None or time.monotonic() + wait > until:
                raise SeedingFailed(f"{what}: {_why(answer)}")
            await asyncio.sleep(wait)
            pause = min(2 * pause, 1.0)


def _worth_waiting(answer: httpx2.Response, pause: float) -> float | None:
    """Seconds after which the same request may fare better, or None."""
    if answer.status_code in {429, 503}:
        after = answer.headers.get("Retry-After", "")
        return float(after) if after.isdecimal() else pause
    return pause if answer.status_code in {502, 504} or _slug(answer) in NOT_YET else None


def _slug(answer: httpx2.Response) -> str:
    """The last part of a problem's type."""
    problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    return str(answer.json().get("type", "")).rpartition("/")[2].rpartition("#")[2] if problem else ""


def _why(answer: httpx2.Response) -> str:
    return f"{answer.status_code} {answer.text[:400]}"


def _summed_up(what: str, failed: list[BaseException]) -> SeedingFailed:
    for failure in failed:
        if not isinstance(failure, SeedingFailed | httpx2.HTTPError):
            raise failure
    named = "; ".join(str(failure) or type(failure).__name__ for failure in failed[:SHOWN])
    more = f"; and {len(failed) - SHOWN} more" if len(failed) > SHOWN else ""
    return SeedingFailed(f"{len(failed)} {what} were not taken: {named}{more}")
