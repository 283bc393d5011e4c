"""Parts of a page, sent anew whenever they have changed (server-sent events, HTML Living Standard, section 9.2).

A stream asks the same question again and again, soon at first and then less often, and sends what a page would show of
the answer; the browser puts it in place of what stands there. It is bounded in number and in time, says now and then
that it still stands, and ends at once when the process is told to stop: the browser then comes back to another.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TypeVar

from prometheus_client import Gauge

from web.api import Problem, Unavailable

T = TypeVar("T")

MEDIA_TYPE = "text/event-stream"
MOST = 200
"""Streams at once in one process; a page whose stream is refused stays as it is."""
HEARTBEAT_SECONDS = 15.0
"""Well within the minute for which the gateway, and whoever stands before it, lets a silent stream stand."""
BACK_AFTER_MS = 2000
"""How soon a browser comes back to a stream that broke."""

OPEN = Gauge("web_streams_open", "Streams of server-sent events that stand at this moment.")


class Streams:
    """The streams of a process, and a component of it: when it is told to stop, they end."""

    name = "streams"

    def __init__(self, most: int = MOST, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        self._most = most
        self._heartbeat = heartbeat_seconds
        self._open = 0
        self._ending = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """End every stream when the process is told to stop."""
        await stop.wait()
        self._ending.set()

    @property
    def full(self) -> bool:
        """Whether one more would be one too many."""
        return self._open >= self._most or self._ending.is_set()

    async def follow(
        self, ask: Callable[[], Awaitable[T]], show: Callable[[T], str], pauses: Iterator[float]
    ) -> AsyncIterator[bytes]:
        """Events with what ``show`` makes of each new answer to ``ask``, asked after each of the ``pauses``. While the
        answer's service is away there is nothing new. After the last pause, or a refusal, the browser is told not to
        come back.
        """
        self._open += 1
        OPEN.set(self._open)
        try:
            yield f"retry: {BACK_AFTER_MS}\n\n".encode()
            try:
                async for said in self._answers(ask, pauses):
                    yield b": still here\n\n" if said is None else event_of("part", show(said))
            except Problem as problem:
                if problem.status == 401:
                    return  # The access token ran out: the browser comes back, and is given another.
            if not self._ending.is_set():
                yield event_of("end", "")
        finally:
            self._open -= 1
            OPEN.set(self._open)

    async def _answers(self, ask: Callable[[], Awaitable[T]], pauses: Iterator[float]) -> AsyncIterator[T | None]:
        """Each new answer; None where there was none for a while."""
        last: T | None = None
        quiet_since = time.monotonic()
        for pause in pauses:
            try:
                found = await ask()
            except Unavailable:
                found = None
            if found is not None and found != last:
                last, quiet_since = found, time.monotonic()
                yield found
            elif time.monotonic() - quiet_since > self._heartbeat:
                quiet_since = time.monotonic()
                yield None
            if await self._told_to_end_within(pause):
                return

    async def _told_to_end_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._ending.wait(), seconds)
        except TimeoutError:
            return False
        return True


def event_of(name: str, data: str) -> bytes:
    """One event; what it says may have many lines."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n".encode()


def slower_and_slower(*steps: tuple[float, int]) -> Iterator[float]:
    """Pauses in seconds, each so many times: ``slower_and_slower((0.5, 20), (2.0, 50))``."""
    for seconds, times in steps:
        yield from (seconds for _ in range(times))
