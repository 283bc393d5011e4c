"""Processes as an orchestrator sees them: what they need to begin, and how they end."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx2
import orjson
import psutil
import pytest

from shared.http.health import Probes
from shared.mongo import Database
from shared.processes import HttpServer, run_components
from tests.doors import GATEWAY_KEY
from tests.shared.conftest import Lines
from tests.shared.http.library import library
from tests.support import eventually

NOWHERE = "127.0.0.1:9"
"""The discard port: nobody listens."""


class Clerk:
    """A component that works until told to stop."""

    def __init__(self, name: str = "clerk") -> None:
        self.name = name
        self.finished = False

    async def run(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.finished = True


class Deserter(Clerk):
    """A component that just leaves."""

    async def run(self, _stop: asyncio.Event) -> None:
        return


class Bungler(Clerk):
    """A component with a bug."""

    async def run(self, _stop: asyncio.Event) -> None:
        raise RuntimeError("the ink has run out")


class Sleeper(Clerk):
    """A component that does not hear that it is over."""

    async def run(self, _stop: asyncio.Event) -> None:
        await asyncio.Event().wait()


async def test_components_stop_when_told_and_all_is_well() -> None:
    stop, clerks = asyncio.Event(), [Clerk("relay"), Clerk("consumer")]
    running = asyncio.create_task(run_components(clerks, stop))

    stop.set()

    assert await running == 0
    assert all(clerk.finished for clerk in clerks)


@pytest.mark.parametrize("failing", [Bungler("bungler"), Deserter("deserter")])
async def test_a_component_that_ends_unasked_takes_the_process_down(failing: Clerk, logged: Lines) -> None:
    clerk = Clerk()

    code = await run_components([clerk, failing], asyncio.Event())

    assert code == 1
    assert clerk.finished
    assert failing.name in {line.get("component") for line in logged() if line["level"] == "error"}


async def test_a_component_that_does_not_stop_is_stopped(logged: Lines) -> None:
    stop = asyncio.Event()
    stop.set()

    code = await run_components([Sleeper("sleeper"), Clerk()], stop, grace=0.1)

    assert code == 1
    assert logged()[0]["event"] == "component.did-not-stop"
    assert logged()[0]["component"] == "sleeper"


async def test_a_request_under_way_is_answered_before_the_server_ends() -> None:
    stop = asyncio.Event()
    app = library.api(None)
    server = HttpServer(app, app.state.probes, "127.0.0.1", 0)
    running = asyncio.create_task(server.run(stop))
    async with httpx2.AsyncClient() as client:
        await eventually(lambda: server.port)
        url = f"http://127.0.0.1:{server.port}"
        await eventually(lambda: is_live(client, url))

        slow = asyncio.create_task(client.get(f"{url}/v1/pamphlets/slow"))
        await eventually(lambda: in_progress(client, url))
        stop.set()
        answer = await slow

    assert answer.status_code == 200
    assert "server" not in answer.headers
    await running
    assert app.state.probes.draining


async def test_a_port_that_is_taken_is_named() -> None:
    with taken_port() as port:
        server = HttpServer(library.api(None), Probes(), "127.0.0.1", port)

        with pytest.raises(RuntimeError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use"):
            await server.run(asyncio.Event())


async def test_an_api_starts_without_kafka_and_accounts_and_ends_well(database: Database, mongodb_uri: str) -> None:
    async with process("api", mongodb_uri, database.name) as api, httpx2.AsyncClient() as client:
        await eventually(lambda: is_ready(client, api.url), within=60)

        written = await client.post(f"{api.url}/v1/pamphlets", json={"title": "On openness"})
        asked = await client.get(f"{api.url}/v1/pamphlets/mine/shelf", headers={"Authorization": "Bearer a.b.c"})
        megabytes = psutil.Process(api.process.pid).memory_info().rss / 2**20
        api.process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(api.process.wait(), 30)

    assert written.status_code == 201
    assert asked.status_code == 401
    assert megabytes < 110
    assert code == 0
    assert (await api.said())[-1]["event"] == "process.stopped"
    assert {"forget"} <= set(await database["idempotency"].index_information())


async def test_a_worker_shows_its_probes_and_ends_well(
    database: Database, mongodb_uri: str, kafka_brokers: str
) -> None:
    async with process("worker", mongodb_uri, database.name, kafka=kafka_brokers) as worker:
        async with httpx2.AsyncClient() as client:
            await eventually(lambda: is_ready(client, worker.url), within=60)
            metrics = (await client.get(f"{worker.url}/metrics")).text

        worker.process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(worker.process.wait(), 30)

    assert 'plenary_process_info{role="worker",service="library"} 1.0' in metrics
    assert "outbox_oldest_age_seconds" in metrics
    assert code == 0


async def test_a_process_waits_for_its_database_and_can_be_called_off(database: Database) -> None:
    async with process("api", f"mongodb://{NOWHERE}/?serverSelectionTimeoutMS=200", database.name) as api:
        await eventually(lambda: api.has_said("process.waiting-for-database"), within=60)

        api.process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(api.process.wait(), 30)

    assert code == 0


class Running:
    """A process of the library, and what it says."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"
        self._lines: list[bytes] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self._lines.append(line)

    def has_said(self, event: str) -> bool:
        return any(event.encode() in line for line in self._lines)

    async def said(self) -> list[dict[str, str]]:
        await self._reading
        return [orjson.loads(line) for line in self._lines]


@asynccontextmanager
async def process(role: str, mongodb_uri: str, database: str, *, kafka: str = NOWHERE) -> AsyncIterator[Running]:
    with taken_port() as port:
        pass
    environment = {
        "LIBRARY_MONGODB_URI": mongodb_uri,
        "LIBRARY_MONGODB_DATABASE": database,
        "LIBRARY_GATEWAY_KEY": GATEWAY_KEY,
        "LIBRARY_KAFKA_BROKERS": kafka,
        "LIBRARY_KAFKA_TOPIC_PREFIX": database,
        "LIBRARY_JWKS_URL": f"http://{NOWHERE}/jwks.json",
        "LIBRARY_PORT": str(port),
        "LIBRARY_WORKER_PORT": str(port),
    }
    command = [sys.executable, "-m", "tests.shared.http.library", role]
    child = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    running = Running(child, port)
    try:
        yield running
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()
        await running.said()


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


async def is_live(client: httpx2.AsyncClient, url: str) -> bool:
    return await answers(client, f"{url}/health/live")


async def is_ready(client: httpx2.AsyncClient, url: str) -> bool:
    return await answers(client, f"{url}/health/ready")


async def answers(client: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx2.TransportError:
        return False


async def in_progress(client: httpx2.AsyncClient, url: str) -> bool:
    """Whether another request is being answered beside the one that asks."""
    return "http_requests_in_progress 2.0" in (await client.get(f"{url}/metrics")).text
