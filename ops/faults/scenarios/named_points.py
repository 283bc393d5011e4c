"""S1: each process is killed at the points where it hurts most."""

from __future__ import annotations

import asyncio

from ops.faults.platform import WITNESS
from ops.faults.rig import Rig, Scenario
from ops.faults.scenarios.loads import comments, readings

FULL = 500


def deaths(load: int) -> int:
    """At each point: the process that comes back after the first meets the point again, with the first's leavings."""
    return 2 if load >= FULL else 1


Round = dict[str, tuple[str, str]]

ROUNDS: tuple[Round, ...] = (
    {
        "community-api": ("api.after-commit", "deed"),
        "content-api": ("view.after-commit", "deed"),
        "community-worker": ("relay.before-send", "batch"),
        "content-worker": ("consumer.before-transaction", "batch"),
        "notifications-worker": ("mail.after-claim", "deed"),
        WITNESS: ("consumer.in-transaction", "batch"),
    },
    {
        "community-api": ("api.before-reply", "deed"),
        "content-worker": ("relay.after-ack", "batch"),
        "metering-worker": ("consumer.before-offset-commit", "batch"),
        "notifications-worker": ("mail.before-content", "deed"),
        WITNESS: ("consumer.after-transaction", "batch"),
    },
    {
        "community-worker": ("relay.after-ack", "batch"),
        "content-worker": ("consumer.in-transaction", "batch"),
        "notifications-worker": ("mail.after-250", "deed"),
        WITNESS: ("consumer.before-offset-commit", "batch"),
    },
)
"""Twelve points in three rounds: in each, every process has one point. A point is reached once for each deed, or once
for each batch of events."""


async def play(rig: Rig, load: int) -> list[str]:
    """``load`` events pass each point: as many comments, half of them replies, and readings."""
    unmet = []
    for number, points in enumerate(ROUNDS, 1):
        rig.say(f"  round {number}: " + ", ".join(f"{name} at {point}" for name, (point, _) in points.items()))
        armed = {name: (point, _nth(rig, kind, load)) for name, (point, kind) in points.items()}
        async with rig.injector.armed(armed, deaths=deaths(load)) as met:
            await asyncio.gather(comments(rig, load), readings(rig, load))
            await rig.quiet.settle()
        unmet += [f"{name} was not killed at {points[name][0]}" for name, died in met.items() if not died]
    return [*unmet, f"{sum(map(len, ROUNDS))} points on {len({name for r in ROUNDS for name in r})} processes"]


def _nth(rig: Rig, kind: str, load: int) -> int:
    """The how-manieth time the point is reached: by chance, early enough that it is reached again."""
    return rig.rng.randint(2, max(3, load // 5)) if kind == "deed" else rig.rng.randint(1, 3)


S1 = Scenario(
    name="S1",
    fault="kill -9 at each named point",
    holds="0 lost, 0 double effects, nothing stuck 60 s later",
    load=FULL,
    play=play,
)
