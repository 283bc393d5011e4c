"""The proxy: what goes through, what is late, what hangs and what breaks."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
import pytest_asyncio

from ops.faults.proxy import Route, serve
from tests.support import eventually


@dataclass
class Echo:
    """A server that says back what it hears, in capitals, behind the proxy."""

    port: int
    control: Path
    heard: bytearray
    route: Route
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def call(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        return reader, writer

    async def be(self, **how: Any) -> None:
        reader, writer = await asyncio.open_unix_connection(self.control)
        writer.write(orjson.dumps({"name": "echo", **how}) + b"\n")
        assert (await reader.readline()).startswith(b"ok")
        writer.close()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest_asyncio.fixture
async def echo(tmp_path: Path) -> AsyncIterator[Echo]:
    heard = bytearray()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(4096):
            heard.extend(said)
            writer.write(said.upper())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    listen = free_port()
    control = tmp_path / "control"
    route = Route("echo", listen, server.sockets[0].getsockname()[1])
    proxy = asyncio.create_task(serve(control, [route]))
    await eventually(control.exists)
    made = Echo(listen, control, heard, route)
    yield made
    for writer in made.writers:
        writer.close()
    proxy.cancel()
    server.close()
    await asyncio.gather(proxy, return_exceptions=True)


async def test_what_is_said_goes_through_and_comes_back(echo: Echo) -> None:
    reader, writer = await echo.call()

    writer.write(b"kia ora")

    assert await reader.readexactly(7) == b"KIA ORA"


async def test_a_dropped_line_breaks_and_a_new_one_is_refused(echo: Echo) -> None:
    reader, writer = await echo.call()
    writer.write(b"a")
    await reader.readexactly(1)

    await echo.be(mode="drop")

    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    again, _ = await echo.call()
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await again.readexactly(1)


async def test_a_half_open_line_says_nothing_until_it_is_let_go_on(echo: Echo) -> None:
    reader, writer = await echo.call()
    writer.write(b"a")
    await reader.readexactly(1)

    await echo.be(mode="hold")
    writer.write(b"b")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readexactly(1), 0.2)
    await echo.be(mode="pass")

    assert await asyncio.wait_for(reader.readexactly(1), 5) == b"B"


async def test_a_delayed_line_is_late_and_in_order(echo: Echo) -> None:
    reader, writer = await echo.call()
    await echo.be(mode="delay", seconds=0.1)

    began = time.monotonic()
    for letter in (b"a", b"b", b"c"):
        writer.write(letter)
        await writer.drain()

    assert await reader.readexactly(3) == b"ABC"
    assert time.monotonic() - began >= 0.2


async def test_what_is_said_once_a_line_is_quick_again_does_not_overtake_what_was_late(echo: Echo) -> None:
    reader, writer = await echo.call()
    await echo.be(mode="delay", seconds=0.2)
    writer.write(b"a")
    await eventually(lambda: any(line.client.late for line in echo.route.lines))

    await echo.be(mode="pass")
    writer.write(b"b")

    assert await asyncio.wait_for(reader.readexactly(2), 5) == b"AB"


async def test_a_cut_answer_leaves_the_request_done(echo: Echo) -> None:
    reader, writer = await echo.call()
    await echo.be(mode="cut", after="commit", share=1.0)

    writer.write(b"insert")
    await reader.readexactly(6)
    writer.write(b"commit")

    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(6)
    await eventually(lambda: bytes(echo.heard) == b"insertcommit")


async def test_it_runs_as_a_process_of_its_own(tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ops.faults.proxy", str(tmp_path / "control"), f"echo={free_port()}:1")
    )
    try:
        await eventually((tmp_path / "control").exists)
        assert child.returncode is None
    finally:
        child.kill()
        await child.wait()
