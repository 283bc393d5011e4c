"""What hardly changes and stands on most pages: topics, regions, series. Asked for once in some seconds for everybody.

The only thing that the process remembers, and it is nobody's: a replica that has just begun asks anew.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from web.api import Api, As, Gateway
from web.api.shapes import Manager, Region, Series, Topic

SECONDS = 5.0
"""A new topic is on every page so much later at most."""


class Reference:
    """One for the process."""

    def __init__(self, gateway: Gateway) -> None:
        self._api = Api(gateway, As())
        self._known: dict[str, tuple[float, asyncio.Task[Any]]] = {}

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

    async def _once(self, name: str, ask: Callable[[], Awaitable[Any]]) -> Any:
        until, task = self._known.get(name, (0.0, None))
        if task is None or time.monotonic() >= until or _failed(task):
            task = asyncio.ensure_future(ask())
            self._known[name] = (time.monotonic() + SECONDS, task)
        return await asyncio.shield(task)


def _failed(task: asyncio.Task[Any]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
