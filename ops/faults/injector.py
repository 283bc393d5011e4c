"""What befalls the processes: killed at a named point, killed at random, paused, started again."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from ops.embedded.processes import Process
from ops.faults.platform import RigPlatform

LOOK_SECONDS = 0.02
"""Shorter than the moment that a killed process stays down, so that none of its deaths is missed."""


DATABASE = "mongod"
"""Stands for whichever process takes writes to the database at the time."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was done to a process."""

    at: float
    process: str
    what: str
    until: float | None = None


@dataclass
class Injector:
    """Does it, and keeps account."""

    platform: RigPlatform
    rng: random.Random
    faults: list[Fault] = field(default_factory=list)

    def note(self, process: str, what: str, at: float | None = None, until: float | None = None) -> None:
        """Put a fault on record."""
        self.faults.append(Fault(at or time.time(), process, what, until))

    @asynccontextmanager
    async def armed(self, points: dict[str, tuple[str, int]], *, deaths: int) -> AsyncIterator[dict[str, int]]:
        """Have each process die by its own hand at its point, the Nth time it comes there, up to ``deaths`` times.

        Gives the number of deaths so far by process. Afterwards nothing is armed any more.
        """
        met = dict.fromkeys(points, 0)
        watches = []
        for name, (point, nth) in points.items():
            process = self.platform.process(name)
            self._arm(process, f"{point}:{nth}")
        await asyncio.gather(*(self._restart(self.platform.process(name)) for name in points))
        for name, (point, _) in points.items():
            watches.append(asyncio.create_task(self._watch(self.platform.process(name), point, deaths, met)))
        try:
            yield met
        finally:
            for watch in watches:
                watch.cancel()
            await asyncio.gather(*watches, return_exceptions=True)
            left = [self.platform.process(name) for name in points if met[name] < deaths]
            await asyncio.gather(*(self._disarm(process) for process in left))

    async def kill(self, name: str) -> None:
        """SIGKILL; it is started again at once."""
        name = await self._meant(name)
        self.note(name, "killed")
        await self.platform.kill(name)

    async def kill_at_random(self, names: Iterable[str], *, times: int, every: tuple[float, float]) -> None:
        """Kill one of these, again and again, after pauses between the two bounds of ``every``."""
        candidates = sorted(names)
        for _ in range(times):
            await asyncio.sleep(self.rng.uniform(*every))
            await self.kill(self.rng.choice(candidates))

    async def pause(self, name: str, seconds: float) -> None:
        """Freeze a process where it stands, and let it go on later. It believes that no time has passed."""
        name = await self._meant(name)
        process = self.platform.process(name)
        began = time.time()
        process.pause()
        try:
            await asyncio.sleep(seconds)
        finally:
            process.resume()
            self.note(name, f"paused {seconds:.0f} s", began, time.time())

    async def disturb(self, names: Sequence[str], lasting: float, what: str, **how: Any) -> int:
        """Have the proxy do something to what goes to these servers and back, for so many seconds; returns how many
        answers it cut off.
        """
        network, began = self.platform.network, time.time()
        before = [await network.tell(name, **how) for name in names]
        try:
            await asyncio.sleep(lasting)
        finally:
            after = [await network.tell(name, mode="pass") for name in names]
            self.note(", ".join(names), what, began, time.time())
        return sum(after) - sum(before)

    async def down(self, name: str, seconds: float) -> None:
        """Stop a process by SIGKILL and keep it down for a while."""
        process = self.platform.process(name)
        began = time.time()
        process.spec = replace(process.spec, backoff=(seconds,))
        try:
            await process.kill()
            await asyncio.sleep(seconds)
        finally:
            process.spec = replace(process.spec, backoff=(0.2,))
            self.note(name, f"down {seconds:.0f} s", began, time.time())
        await process.ready(90)

    async def all_down(self, seconds: float, *, clocks: Mapping[str, timedelta] | None = None) -> None:
        """Kill everything at once, have it dark for a while, and start it again, some houses with other clocks."""
        began = time.time()
        await self.platform.lights_out()
        await asyncio.sleep(max(0.0, seconds))
        await self.platform.lights_on(clocks or {})
        self.note("everything", f"down {time.time() - began:.0f} s", began, time.time())

    async def _meant(self, name: str) -> str:
        return await self.platform.database() if name == DATABASE else name

    async def _watch(self, process: Process, point: str, deaths: int, met: dict[str, int]) -> None:
        """Count the deaths by the process's own hand; after the last, it comes back unarmed."""
        crashes = process.crashes
        while met[process.name] < deaths:
            await asyncio.sleep(LOOK_SECONDS)
            if process.crashes == crashes:
                continue
            crashes = process.crashes
            if process.last_exit == -signal.SIGKILL:
                met[process.name] += 1
                self.note(process.name, f"killed at {point}")
        self._arm(process, "")

    def _arm(self, process: Process, points: str) -> None:
        owner = process.name.partition("-")[0].upper()
        process.spec = replace(process.spec, environment={**process.spec.environment, f"{owner}_FAULT_POINTS": points})

    async def _disarm(self, process: Process) -> None:
        self._arm(process, "")
        await self._restart(process)

    async def _restart(self, process: Process) -> None:
        await process.restart()
        await process.ready(60)
