"""A TCP proxy before MongoDB and Kafka, as a process of its own, that can make a network as bad as one likes.

::

    python -m ops.faults.proxy CONTROL_SOCKET NAME=LISTEN:TARGET ...

Told on its control socket, one JSON line each and answered with ``ok``::

    {"name": "mongod", "mode": "pass"}                   everything goes through
    {"name": "mongod", "mode": "drop"}                   connections are cut, new ones refused
    {"name": "kafka", "mode": "delay", "seconds": 0.2}   everything arrives later, in order
    {"name": "kafka", "mode": "hold"}                    half-open: nothing arrives, and nobody is told
    {"name": "mongod", "mode": "cut", "after": "commit", "share": 0.1}
                                                         requests with this word arrive; a share loses the answer
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

import orjson
import uvloop

Mode = Literal["pass", "drop", "delay", "hold", "cut"]


@dataclass
class Route:
    """One port, where it leads, and how well."""

    name: str
    listen: int
    target: int
    mode: Mode = "pass"
    seconds: float = 0.0
    after: bytes = b""
    share: float = 0.0
    cuts: int = 0
    lines: set[Line] = field(default_factory=set)

    def change(self, mode: Mode, seconds: float = 0.0, after: str = "", share: float = 0.0) -> None:
        """Another mode, for connections that are there as well as for new ones."""
        self.mode, self.seconds, self.after, self.share = mode, seconds, after.encode(), share
        for line in list(self.lines):
            if mode == "drop":
                line.cut()
            elif mode == "hold":
                line.hold()
            else:
                line.go_on()


class Line:
    """One client's connection and ours to the target."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.client = End(self, asks=True)
        self.target = End(self, asks=False)
        self.client.other, self.target.other = self.target, self.client
        route.lines.add(self)

    def cut(self) -> None:
        """Break it off, as a network does."""
        self.route.lines.discard(self)
        for end in (self.client, self.target):
            if end.transport is not None:
                end.transport.abort()

    def hold(self) -> None:
        """Let nothing through, and say so to nobody."""
        for end in (self.client, self.target):
            if end.transport is not None and not end.transport.is_closing():
                end.transport.pause_reading()

    def go_on(self) -> None:
        """Let everything through again."""
        for end in (self.client, self.target):
            if end.transport is not None and not end.transport.is_closing():
                end.transport.resume_reading()


class End(asyncio.Protocol):
    """One end of a line; what it hears is written to the other."""

    def __init__(self, line: Line, *, asks: bool) -> None:
        self.line = line
        self.asks = asks
        self.other: End = self
        self.transport: asyncio.Transport | None = None
        self._early = bytearray()
        self.late: deque[tuple[float, bytes]] = deque()
        """What is to be sent on, and when."""
        self._opening: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has come, or the target has answered."""
        self.transport = cast(asyncio.Transport, transport)
        if self.asks:
            if self.line.route.mode == "drop":
                self.line.cut()
                return
            self._opening = asyncio.get_running_loop().create_task(self._open())
        else:
            self.other.flush()
        if self.line.route.mode == "hold":
            self.line.hold()

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: self.other, "127.0.0.1", self.line.route.target)
        except OSError:
            self.line.cut()

    def flush(self) -> None:
        """Send on what came before the target had answered."""
        if self._early and self.other.transport is not None:
            self.other.transport.write(bytes(self._early))
            self._early.clear()

    def data_received(self, data: bytes) -> None:
        """Send it on, now or later; and sometimes cut off the answer."""
        route = self.line.route
        if route.mode == "delay" or self.late:
            self._delay(data, route.seconds)
            return
        self._forward(data)
        if self.asks and route.mode == "cut" and route.after in data and random.random() < route.share:  # noqa: S311 - chance
            route.cuts += 1
            # The request has to be on its way: closing sends what is buffered, aborting does not.
            if self.other.transport is not None:
                self.other.transport.close()
            if self.transport is not None:
                self.transport.abort()

    def _delay(self, data: bytes, seconds: float) -> None:
        """Send it on later, and never before what came before it, even if that was to wait longer."""
        loop = asyncio.get_running_loop()
        due = max(loop.time() + seconds, self.late[-1][0] if self.late else 0.0)
        self.late.append((due, data))
        if len(self.late) == 1:
            loop.call_at(due, self._catch_up)

    def _catch_up(self) -> None:
        loop = asyncio.get_running_loop()
        while self.late and self.late[0][0] <= loop.time():
            self._forward(self.late.popleft()[1])
        if self.late:
            loop.call_at(self.late[0][0], self._catch_up)

    def _forward(self, data: bytes) -> None:
        if self.other.transport is None:
            self._early += data
        elif not self.other.transport.is_closing():
            self.other.transport.write(data)

    def pause_writing(self) -> None:
        """The other side reads slowly: hear no more than it takes."""
        if self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        """It has caught up."""
        if self.other.transport is not None and self.line.route.mode != "hold":
            self.other.transport.resume_reading()

    def connection_lost(self, _error: Exception | None) -> None:
        """One end is gone, and so the other; except half-open, where nobody hears of it."""
        self.line.route.lines.discard(self.line)
        other = self.other.transport
        if other is not None and not other.is_closing():
            other.close()


async def serve(control: Path, routes: list[Route]) -> None:
    """Listen on every route, and for what to do."""
    loop = asyncio.get_running_loop()
    by_name = {route.name: route for route in routes}
    servers = [
        await loop.create_server(lambda route=route: Line(route).client, "127.0.0.1", route.listen)  # type: ignore[misc]
        for route in routes
    ]

    async def obey(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            asked = orjson.loads(line)
            route = by_name[asked.pop("name")]
            if asked:
                route.change(**asked)
            writer.write(b"ok %d %d\n" % (len(route.lines), route.cuts))
            await writer.drain()
        writer.close()

    control.unlink(missing_ok=True)  # noqa: ASYNC240 - at the start, when nobody waits
    async with await asyncio.start_unix_server(obey, control):
        await asyncio.gather(*(server.serve_forever() for server in servers))


def route(text: str) -> Route:
    """``mongod=12000:12017``."""
    name, _, ports = text.partition("=")
    listen, _, target = ports.partition(":")
    return Route(name, int(listen), int(target))


def main() -> None:
    """Serve until ended."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Path(sys.argv[1]), [route(text) for text in sys.argv[2:]]))


if __name__ == "__main__":
    main()
