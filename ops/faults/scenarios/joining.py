"""S9: workers join and leave every five seconds."""

from __future__ import annotations

import asyncio
import contextlib

from ops.faults.platform import WITNESS
from ops.faults.rig import Rig, Scenario
from ops.faults.scenarios.loads import steady

EVERY = 5.0
PER_SECOND = 60.0
HOUSES = ("content-worker", "metering-worker", "notifications-worker", WITNESS)


async def play(rig: Rig, load: int) -> list[str]:
    """Second workers come, one house after the other, and leave in turn, some politely and some not."""
    seconds = max(30.0, load / PER_SECOND)
    coming = asyncio.create_task(_come_and_go(rig))
    await steady(rig, load, seconds)
    coming.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await coming
    changes = sum(fault.what in {"joins", "leaves", "is gone"} for fault in rig.injector.faults)
    return [f"{changes} workers joined or left in {seconds:.0f} s"]


async def _come_and_go(rig: Rig) -> None:
    here: list[str] = []
    turn = 0
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        while True:
            # By the clock: a worker that takes long to come does not put off who comes or goes after it.
            await asyncio.sleep(max(0.0, began + (turn + 1) * EVERY - loop.time()))
            if len(here) == len(HOUSES) or (here and turn % 2):
                await _leave(rig, here.pop(0), politely=turn % 4 != 3)
            else:
                name = HOUSES[turn // 2 % len(HOUSES)]
                here.append((await rig.platform.twin(name)).name)
                rig.injector.note(here[-1], "joins")
            turn += 1
    finally:
        for name in here:
            await rig.platform.remove(name)


async def _leave(rig: Rig, name: str, *, politely: bool) -> None:
    rig.injector.note(name, "leaves" if politely else "is gone")
    await rig.platform.remove(name, kill=not politely)


S9 = Scenario(
    name="S9",
    fault="workers joining and leaving every 5 s",
    holds="0 lost, 0 double",
    load=10_000,
    play=play,
)
