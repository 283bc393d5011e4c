"""S2: a hundred kills, of whatever it may be, while readers read."""

from __future__ import annotations

import asyncio

from ops.faults.acts import paced
from ops.faults.platform import WITNESS
from ops.faults.rig import Rig, Scenario
from ops.faults.scenarios.loads import ALLOWANCE, exchange, reader
from shared.events import OWNERS

EVERY = (1.0, 2.0)
"""Seconds between two kills: a process takes about as long to come back."""

CANDIDATES = (*(f"{owner}-{role}" for owner in OWNERS for role in ("api", "worker")), WITNESS)
"""Every API and every worker, and with each worker its relay."""


async def play(rig: Rig, load: int) -> list[str]:
    """One kill for each hundred readings; beside them comments, and mail about the replies."""
    kills = max(5, load // 100)
    seconds = kills * sum(EVERY) / 2
    readers, exchanges = -(-load // ALLOWANCE), load // 20
    await asyncio.gather(
        paced(reader(rig), readers, per_second=readers / seconds),
        paced(exchange(rig), exchanges, per_second=exchanges / seconds),
        rig.injector.kill_at_random(CANDIDATES, times=kills, every=EVERY),
    )
    return [f"{kills} kills in {seconds:.0f} s"]


S2 = Scenario(
    name="S2",
    fault="random kills over all APIs, workers and relays",
    holds="0 lost, 0 double; every answer a success or a problem document; drained in 60 s",
    load=10_000,
    play=play,
)
