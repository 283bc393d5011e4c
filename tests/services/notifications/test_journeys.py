"""The board of one click's journey: asked of real processes on real ports, one of which is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from services.notifications.journeys import Processes
from shared import journeys
from shared.http.health import Probes
from shared.journeys import Journeys, Step
from shared.processes import HttpServer
from tests.support import eventually

TRACE = "0af7651916cd43dd8448eb211c80319c"
KEY = SecretStr("the gateway's key")


@asynccontextmanager
async def a_process() -> AsyncIterator[str]:
    server = HttpServer(Starlette(routes=journeys.routes(KEY)), Probes(started=True), "127.0.0.1", 0)
    stop = asyncio.Event()
    task = asyncio.create_task(server.run(stop))
    await eventually(lambda: server.port)
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        stop.set()
        await task


async def test_every_process_is_asked_and_one_that_is_away_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    remembered = Journeys()
    remembered.begin("content", "worker", 10)
    now = time.time()
    remembered.note(
        TRACE, Step(now, "applied", "plenary.community.CommentPosted.v1", event_id="e", occurred_at=now - 1)
    )
    remembered.note(TRACE, Step(now - 1, "request", "POST /v1/comments", status=201, seconds=0.01))
    monkeypatch.setattr(journeys, "JOURNEYS", remembered)

    async with a_process() as address:
        guessing = Processes([address], SecretStr("another key"))
        processes = Processes([address, "http://127.0.0.1:1", "http://nobody.invalid:80"], KEY)
        asked = await processes.steps(TRACE)
        unknown = await processes.steps("1" * 32)
        stranger = await guessing.steps(TRACE)
        await asyncio.gather(processes.close(), guessing.close())

    assert (asked.processes, asked.answered) == (3, 1)
    assert [told.step["kind"] for told in asked.steps] == ["request", "applied"]
    assert {(told.service, told.role) for told in asked.steps} == {("content", "worker")}
    assert (unknown.steps, unknown.answered) == ([], 1)
    assert (stranger.steps, stranger.answered) == ([], 0)
