"""What a page takes beside its questions to the API: our own part of a reader's waiting.

The clock of a page stands while at least one of its questions is under way, so that what is asked at once counts once.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from prometheus_client import Histogram

OWN_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)

_own = Histogram(
    "page_own_seconds",
    "From request to page, less the time in which the API was being asked.",
    ["route"],
    buckets=OWN_SECONDS,
)
_clock: ContextVar[Clock | None] = ContextVar("clock", default=None)


@dataclass(slots=True)
class Clock:
    """One page's."""

    began: float = field(default_factory=time.perf_counter)
    asked: float = 0.0
    """Seconds in which the API was being asked."""
    _under_way: int = 0
    _since: float = 0.0

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """The clock stands while the block runs."""
        if not self._under_way:
            self._since = time.perf_counter()
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self.asked += time.perf_counter() - self._since

    def stop(self, route: str) -> str:
        """The page is made: note what it took; returns it as ``Server-Timing`` says it (W3C), in milliseconds."""
        own = max(0.0, time.perf_counter() - self.began - self.asked)
        _own.labels(route).observe(own)
        return f"api;dur={self.asked * 1000:.1f}, page;dur={own * 1000:.1f}"


def start() -> Clock:
    """The clock of the page that begins now."""
    clock = Clock()
    _clock.set(clock)
    return clock


@contextmanager
def asking() -> Iterator[None]:
    """Around whatever waits for the API, on whoever's page it is."""
    clock = _clock.get()
    if clock is None:
        yield
        return
    with clock.waiting():
        yield
