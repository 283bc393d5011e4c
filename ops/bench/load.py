"""The load: HTTP/1.1 requests over kept connections, from one process on its own core.

Closed loop: each connection asks again as soon as it was answered, which measures what a server can take. Open loop:
requests are due at fixed instants whether earlier ones were answered or not, and a request's time counts from when it
was *due*. A server that stalls is then charged with everybody who would have come meanwhile; timing from when a request
was sent leaves those out ("coordinated omission"). wrk and h2load cannot do the latter, and wrk2 and oha are in no
package archive for Debian 12, so it is done here: asyncio on uvloop with llhttp's parser, some 25 µs a request.

Requests are whole, ready bytes: nothing is made while the clock runs.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle

import httptools

from ops.bench import cores
from ops.bench.latency import milliseconds

SPIN_SECONDS = 0.0015
"""An event loop wakes up to a millisecond late; for the last part it polls instead, having a core for itself."""


@dataclass(frozen=True)
class Target:
    """Whom to ask."""

    port: int
    host: str = "127.0.0.1"


@dataclass
class Outcome:
    """What came of it."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    taken: list[float] = field(default_factory=list)
    """How long each answer took, in seconds."""
    body_bytes: int = 0
    late: list[float] = field(default_factory=list)
    """By how much each request of an open loop was sent after it was due, in seconds."""
    sample: bytes = b""
    """The last body, to see what was answered."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.taken) / self.seconds

    def columns(self) -> dict[str, float]:
        """For a sheet."""
        return {"per second": self.rate, **milliseconds(self.taken)}

    def insist(self, *statuses: int) -> None:
        """Fail unless everything was answered with one of these: a fast refusal is no figure."""
        wrong = {status: times for status, times in self.statuses.items() if status not in statuses}
        if wrong or not self.taken:
            raise AssertionError(f"answered {dict(self.statuses)}, wanted {statuses}; last body: {self.sample[:300]!r}")


async def closed(
    target: Target, requests: Sequence[bytes], *, connections: int, seconds: float, once: bool = False
) -> Outcome:
    """Ask on ``connections`` at a time for so long; ``once`` ends when every request was made once."""
    return await cores.asking(_closed, target, requests, connections, seconds, once=once)


async def opened(
    target: Target, requests: Sequence[bytes], *, rate: float, seconds: float, connections: int = 256
) -> Outcome:
    """Ask at a fixed rate, each request in its turn, on as many connections as it takes."""
    return await cores.asking(_opened, target, requests, rate, seconds, connections)


async def _closed(
    target: Target, requests: Sequence[bytes], connections: int, seconds: float, *, once: bool
) -> Outcome:
    outcome = Outcome()
    source: Iterator[bytes] = iter(requests) if once else cycle(requests)
    clients = await _connect(target, connections)
    began = time.perf_counter()
    until = began + seconds
    await asyncio.gather(*(_ask_on(client, source, until, outcome) for client in clients))
    outcome.seconds = time.perf_counter() - began
    for client in clients:
        client.close()
    return outcome


async def _ask_on(client: _Client, source: Iterator[bytes], until: float, outcome: Outcome) -> None:
    for request in source:
        began = time.perf_counter()
        if began >= until:
            return
        status = await client.ask(request)
        outcome.taken.append(time.perf_counter() - began)
        _note(outcome, status, client)


async def _opened(target: Target, requests: Sequence[bytes], rate: float, seconds: float, connections: int) -> Outcome:
    outcome = Outcome()
    free = deque(await _connect(target, connections))
    someone_free = asyncio.Event()
    source = cycle(requests)
    began = time.perf_counter() + 0.01
    under_way: set[asyncio.Task[None]] = set()

    async def ask(client: _Client, request: bytes, due: float) -> None:
        outcome.late.append(time.perf_counter() - due)
        status = await client.ask(request)
        outcome.taken.append(time.perf_counter() - due)
        _note(outcome, status, client)
        free.append(client)
        someone_free.set()

    for number in count():
        due = began + number / rate
        if due > began + seconds:
            break
        await _until(due)
        while not free:  # It stays due, and its time runs.
            someone_free.clear()
            await someone_free.wait()
        task = asyncio.create_task(ask(free.popleft(), next(source), due))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
    outcome.seconds = time.perf_counter() - began
    for client in free:
        client.close()
    return outcome


async def _until(instant: float) -> None:
    while (left := instant - time.perf_counter()) > 0:  # noqa: ASYNC110 - nobody sets an event when time has come
        await asyncio.sleep(left - SPIN_SECONDS if left > SPIN_SECONDS else 0)


def _note(outcome: Outcome, status: int, client: _Client) -> None:
    outcome.statuses[status] += 1
    outcome.body_bytes += client.length
    outcome.sample = client.body


async def _connect(target: Target, connections: int) -> list[_Client]:
    clients = [_Client(target) for _ in range(connections)]
    await asyncio.gather(*(client.open() for client in clients))
    return clients


class _Client(asyncio.Protocol):
    """One connection with one request under way at most; made anew when the server has ended it."""

    def __init__(self, target: Target) -> None:
        self.body = b""
        self.length = 0
        self._target = target
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[int] | None = None

    async def open(self) -> None:
        """Connect."""
        self._parser = httptools.HttpResponseParser(self)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_connection(lambda: self, self._target.host, self._target.port)

    async def ask(self, request: bytes) -> int:
        """Send a request; the status once the answer is complete."""
        if self._transport is None or self._transport.is_closing():
            await self.open()
        assert self._transport is not None  # noqa: S101 - it has just been opened
        self._answered = asyncio.get_running_loop().create_future()
        self.length = 0
        self._transport.write(request)
        return await self._answered

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """It was ended; a request under way gets no answer."""
        self._transport = None
        if self._answered and not self._answered.done():
            self._answered.set_exception(error or ConnectionError("closed before the answer was complete"))

    def data_received(self, data: bytes) -> None:
        """Part of an answer."""
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """Part of a body."""
        self.body = body
        self.length += len(body)

    def on_message_complete(self) -> None:
        """The answer is complete."""
        if self._transport is not None and not self._parser.should_keep_alive():
            self._transport.close()
            self._transport = None
        if self._answered and not self._answered.done():
            self._answered.set_result(self._parser.get_status_code())


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """A request as it goes over the wire. Header names are written with underscores."""
    lines = [f"{method} {path} HTTP/1.1", "host: plenary.bench", "accept: application/json"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
