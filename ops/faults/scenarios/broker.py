"""S3: the broker is killed five times, badly connected, and then away for a minute, while people go on writing."""

from __future__ import annotations

import asyncio
from typing import Any

from ops.faults import ledger
from ops.faults.rig import Rig, Scenario
from ops.faults.scenarios.loads import steady

KILLS = 5
BETWEEN = 12.0
"""Seconds, about as long as the broker takes to come back and go through its logs."""
AWAY = 60.0
SPELL, HELD, REST = 10.0, 20.0, 5.0
"""Seconds of each trouble of the network, of one that nobody is told of (a session with the broker ends after 15), and
of peace after each."""
LOST = 0.02
"""The share of requests whose connection is cut before their answer, a batch of events among them now and then."""
FULL = 5_000


async def play(rig: Rig, load: int) -> list[str]:
    """No write may fail for want of the broker: events wait in their outboxes."""
    kills, away = (KILLS, AWAY) if load >= FULL else (2, 15.0)
    seconds = kills * BETWEEN + 3 * (SPELL + REST) + HELD + REST + away
    _, cuts = await asyncio.gather(steady(rig, load, seconds), _trouble(rig, kills, away))
    failed = [
        op
        for op in ledger.read(rig.ledger.path).values()
        if op.scenario == rig.scenario and any(answer["outcome"] != "done" for answer in op.answers)
    ]
    for op in failed[:10]:
        rig.found("wrong", f"{op.kind} {op.id}", f"did not succeed at once while the broker was away: {op.answers[0]}")
    network = f"cut off and 50 ms away for {SPELL:.0f} s each, half-open for {HELD:.0f} s, {cuts} answers lost"
    return [
        f"{kills} kills; {network}; then {away:.0f} s without the broker",
        f"{len(failed)} writes did not succeed at once",
    ]


async def _trouble(rig: Rig, kills: int, away: float) -> int:
    for _ in range(kills):
        await rig.injector.kill("kafka")
        await asyncio.sleep(BETWEEN)
    cuts = await _disturb(rig, SPELL, "lost answers", mode="cut", share=LOST)
    await _disturb(rig, SPELL, "50 ms away", mode="delay", seconds=0.05)
    await _disturb(rig, SPELL, "cut off", mode="drop")
    await _disturb(rig, HELD, "half-open", mode="hold")
    await rig.injector.down("kafka", away)
    return cuts


async def _disturb(rig: Rig, lasting: float, what: str, **how: Any) -> int:
    cuts = await rig.injector.disturb(["kafka"], lasting, what, **how)
    await asyncio.sleep(REST)
    return cuts


S3 = Scenario(
    name="S3",
    fault="the broker killed five times, badly connected, then stopped for a minute",
    holds="writes go on succeeding, 0 lost",
    load=FULL,
    play=play,
)
