"""S3: the broker is killed five times, and then away for a minute, while people go on writing."""

from __future__ import annotations

import asyncio

from ops.faults import ledger
from ops.faults.rig import Rig, Scenario
from ops.faults.scenarios.loads import steady

KILLS = 5
BETWEEN = 12.0
"""Seconds, about as long as the broker takes to come back and go through its logs."""
AWAY = 60.0
FULL = 5_000


async def play(rig: Rig, load: int) -> list[str]:
    """No write may fail for want of the broker: events wait in their outboxes."""
    kills, away = (KILLS, AWAY) if load >= FULL else (2, 15.0)
    await asyncio.gather(steady(rig, load, kills * BETWEEN + away), _trouble(rig, kills, away))
    failed = [
        op
        for op in ledger.read(rig.ledger.path).values()
        if op.scenario == rig.scenario and any(answer["outcome"] != "done" for answer in op.answers)
    ]
    for op in failed[:10]:
        rig.found("wrong", f"{op.kind} {op.id}", f"did not succeed at once while the broker was away: {op.answers[0]}")
    return [f"{kills} kills, then {away:.0f} s without the broker; {len(failed)} writes that did not succeed at once"]


async def _trouble(rig: Rig, kills: int, away: float) -> None:
    for _ in range(kills):
        await rig.injector.kill("kafka")
        await asyncio.sleep(BETWEEN)
    await rig.injector.down("kafka", away)


S3 = Scenario(
    name="S3",
    fault="the broker killed five times, then stopped for a minute",
    holds="writes go on succeeding, 0 lost",
    load=FULL,
    play=play,
)
