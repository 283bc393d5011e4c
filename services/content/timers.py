"""What a worker does by the clock."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from services.content.deps import Deps
from services.content.handlers.publishing import publish_due_articles
from services.content.handlers.webinars import keep_wall_times
from shared.faults import is_infrastructure

log = structlog.get_logger(__name__)


class _Repeated:
    """Does something again and again until told to stop. While the database is away, it keeps trying."""

    name: str

    def __init__(self, deps: Deps, every: float) -> None:
        self._deps = deps
        self._every = every

    async def run(self, stop: asyncio.Event) -> None:
        """Work, rest, and look whether to stop."""
        while not stop.is_set():
            try:
                await self._work()
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                log.warning("timer.database-unreachable", timer=self.name, error=type(error).__name__)
            try:
                await asyncio.wait_for(stop.wait(), self._every)
            except TimeoutError:
                continue

    async def _work(self) -> None:
        raise NotImplementedError


class PublicationTimer(_Repeated):
    """Publishes scheduled items when their time has come. Any number of workers may run it."""

    name = "publication-timer"

    def __init__(self, deps: Deps) -> None:
        super().__init__(deps, deps.settings.schedule_seconds)

    async def _work(self) -> None:
        await publish_due_articles(self._deps)


class ZoneRulesTimer(_Repeated):
    """Moves webinars whose zone's rules a new tzdata has changed: at the start, which is when it can be new, and daily.

    Any number of workers may run it.
    """

    name = "zone-rules-timer"

    def __init__(self, deps: Deps) -> None:
        super().__init__(deps, timedelta(days=1).total_seconds())

    async def _work(self) -> None:
        await keep_wall_times(self._deps)
