"""Probes. Live: the loop turns. Started: this process has begun its work. Ready: it can do it now.

Kafka is not asked for: while it is away, writes go on and events wait. Nor is accounts: tokens are verified with the
keys that are known.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder
from pymongo.errors import PyMongoError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.http.answers import JsonBytes
from shared.mongo import Client

PING_SECONDS = 1.0
KNOWN_SECONDS = 0.5
"""An answer serves this long, so that eager probes do not become a load of their own."""


@dataclass(slots=True)
class Probes:
    """The state of one process, as its orchestrator sees it."""

    client: Client | None = None
    started: bool = False
    draining: bool = False
    _known: bool = False
    _known_until: float = 0.0

    async def ready(self) -> bool:
        """Whether a request would be served now."""
        if not self.started or self.draining or self.client is None:
            return False
        if time.monotonic() >= self._known_until:
            self._known = await _answers(self.client)
            self._known_until = time.monotonic() + KNOWN_SECONDS
        return self._known

    def routes(self) -> list[Route]:
        """The probes and the metrics. The gateway never routes to them."""

        async def live(_request: Request) -> Response:
            return JsonBytes({"status": "live"})

        async def started(_request: Request) -> Response:
            return _verdict(self.started, "started")

        async def ready(_request: Request) -> Response:
            return _verdict(await self.ready(), "ready")

        return [
            Route("/health/live", live),
            Route("/health/started", started),
            Route("/health/ready", ready),
            Route("/metrics", metrics),
        ]


async def metrics(request: Request) -> Response:
    """Everything this process counts."""
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(REGISTRY), headers={"Content-Type": media_type})


async def _answers(client: Client) -> bool:
    try:
        async with asyncio.timeout(PING_SECONDS):
            await client.admin.command("ping")
    except (PyMongoError, TimeoutError):
        return False
    return True


def _verdict(good: bool, word: str) -> Response:
    return JsonBytes({"status": word if good else f"not-{word}"}, status_code=200 if good else 503)
