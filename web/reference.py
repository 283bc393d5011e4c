"""What everybody is shown alike: topics, regions, series, and what stands beside an article. Asked for once in some
seconds for everybody.

All that the process remembers is of this kind, and nobody's: a replica that has just begun asks anew.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

from web import timing
from web.api import Api, As, Gateway
from web.api.shapes.community import Manager
from web.api.shapes.shelves import Region, Series, Topic

T = TypeVar("T")

SECONDS = 5.0
"""A new topic is on every page so much later at most."""

MOST = 2_000
"""Answers remembered at once."""


class Reference:
    """One for the process."""

    def __init__(self, gateway: Gateway, beside_seconds: float = 0.0) -> None:
        self._api = Api(gateway, As())
        self._beside_seconds = beside_seconds
        self._known: dict[Hashable, tuple[float, asyncio.Task[Any]]] = {}

    async def topics(self) -> dict[str, Topic]:
        """Every topic by its slug."""
        return {topic.slug: topic for topic in await self._once("topics", self._api.content.topics)}

    async def regions(self) -> dict[str, Region]:
        """Every region by its slug."""
        return {region.slug: region for region in await self._once("regions", self._api.content.regions)}

    async def series(self) -> dict[str, Series]:
        """Every series by its slug."""
        return {series.slug: series for series in await self._once("series", self._api.content.all_series)}

    async def managers(self) -> list[Manager]:
        """The community managers."""
        found: list[Manager] = await self._once("managers", self._api.community.managers)
        return found

    async def beside(self, name: Hashable, ask: Callable[[Api], Awaitable[T]]) -> T:
        """What stands beside something, by a name of its own; ``ask`` asks as a reader whom nobody knows.

        The same object is returned for as long as it is believed.
        """
        found: T = await self._once(name, lambda: ask(self._api), self._beside_seconds)
        return found

    async def _once(self, name: Hashable, ask: Callable[[], Awaitable[Any]], seconds: float = SECONDS) -> Any:
        until, task = self._known.get(name, (0.0, None))
        if task is None or time.monotonic() >= until or _failed(task):
            if len(self._known) >= MOST:
                self._known.clear()
            task = asyncio.ensure_future(ask())
            self._known[name] = (time.monotonic() + seconds, task)
        # Whoever comes while somebody else's question is under way waits for the API too.
        with timing.asking():
            return await asyncio.shield(task)


def _failed(task: asyncio.Task[Any]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
