"""What a worker does by the clock: send what is due, and sweep up what was left behind."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable

import structlog

from services.notifications import counting
from services.notifications.deps import Deps
from services.notifications.handlers import sending, sweeping
from services.notifications.model.message import Message
from services.notifications.smtp import Unreachable
from shared.faults import is_infrastructure
from shared.trace import entered, follow

log = structlog.get_logger(__name__)

PROBE_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Waits between looks at a mail server that cannot be reached; the last is repeated."""


COUNT_SECONDS = 10.0
"""How often the messages are counted for Prometheus, which looks about as often."""


class Sender:
    """Sends mail as it falls due, several at once. Any number of workers may run it.

    One mail that is refused holds up none of the others. Without a mail server nothing is claimed, so that mail waits
    as it is, and whatever else this worker does goes on.
    """

    name = "sender"

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._slots = asyncio.Semaphore(deps.settings.senders)
        self._under_way: set[asyncio.Task[None]] = set()
        self._cut_off = asyncio.Event()
        """Set while the mail server is away."""

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; what is under way is finished."""
        ringer = asyncio.create_task(self._ring_at(stop))
        try:
            while not stop.is_set():
                if self._cut_off.is_set():
                    await self._reconnect(stop)
                elif not await self._one_more():
                    await self._deps.bell.rest()
        finally:
            ringer.cancel()
            if self._under_way:
                await asyncio.wait(self._under_way)
            await self._deps.post.close()

    async def _one_more(self) -> bool:
        """Claim a message and send it beside the others; False if none is due."""
        await self._slots.acquire()
        message = None
        try:
            message = await sending.claim_due_message(self._deps)
        except Exception as error:
            if not is_infrastructure(error):
                raise
            log.warning("sender.database-unreachable", error=type(error).__name__)
        finally:
            if message is None:
                self._slots.release()
        if message is None:
            return False
        self._deps.bell.found()
        task = asyncio.create_task(self._deliver(message))
        self._under_way.add(task)
        task.add_done_callback(self._done)
        return True

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._slots.release()

    async def _deliver(self, message: Message) -> None:
        with entered(follow(message.trace)):
            try:
                await sending.deliver(self._deps, message)
            except Unreachable as error:
                log.warning("sender.mail-server-unreachable", error=str(error))
                self._cut_off.set()
            except Exception as error:
                # Its lease will run out, and the sweeper decides; the others go on.
                if is_infrastructure(error):
                    log.warning("sender.database-unreachable", message_id=message.id, error=type(error).__name__)
                else:
                    log.exception("sender.failed", message_id=message.id, error=type(error).__name__)

    async def _reconnect(self, stop: asyncio.Event) -> None:
        """Look for the mail server, ever less often, until it answers."""
        counting.server_reachable(yes=False)
        tries = 0
        while not stop.is_set():
            wait = PROBE_SECONDS[min(tries, len(PROBE_SECONDS) - 1)]
            await _pause(stop, wait * random.uniform(0.8, 1.2))  # noqa: S311 - spreads load, guards nothing
            try:
                await self._deps.post.probe()
            except Unreachable:
                tries += 1
            else:
                log.info("sender.mail-server-back", tries=tries + 1)
                break
        self._cut_off.clear()
        counting.server_reachable(yes=True)

    async def _ring_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._deps.bell.ring()


class Sweeper:
    """Looks for mail that nobody sends any more. Any number of workers may run it."""

    name = "sweeper"

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

        self._counted = -COUNT_SECONDS

    async def run(self, stop: asyncio.Event) -> None:
        """Sweep again and again until told to stop."""
        while not stop.is_set():
            await _unless_away(self._round())
            await _pause(stop, self._deps.settings.sweep_seconds)

    async def _round(self) -> None:
        await sweeping.sweep(self._deps)
        if time.monotonic() - self._counted >= COUNT_SECONDS:
            self._counted = time.monotonic()
            await sweeping.count_messages(self._deps)


async def _unless_away(work: Awaitable[None]) -> None:
    try:
        await work
    except Exception as error:
        if not is_infrastructure(error):
            raise
        log.warning("sweeper.database-unreachable", error=type(error).__name__)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not past ``stop``."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
