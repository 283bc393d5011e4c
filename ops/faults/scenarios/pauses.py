"""S5: what is paused, or hears nothing, past its session's end, and goes on believing that no time has passed."""

from __future__ import annotations

import asyncio

from ops.faults.platform import WITNESS
from ops.faults.rig import Rig, Scenario
from ops.faults.scenarios.loads import steady

TWINS = ("content-worker", "community-worker", "notifications-worker", WITNESS)
"""Workers that have a second beside them, who takes over while the first sleeps or hears nothing."""

SLEEP = 25.0
"""Seconds. A worker's session with the broker ends after 15, its lease of the relay and of a mail after 10."""
SERVER_SLEEP = 20.0
RECOVERY = 10.0


async def play(rig: Rig, load: int) -> list[str]:
    """Each worker that has a twin sleeps, two at a time; then all lose the broker but their twins; then the broker
    sleeps, then the database.
    """
    twins = [await rig.platform.twin(name, past_proxy=True) for name in TWINS]
    pairs = (TWINS[:2], TWINS[2:])
    seconds = (len(pairs) + 1) * (SLEEP + RECOVERY) + 2 * (SERVER_SLEEP + RECOVERY)
    try:
        await asyncio.gather(steady(rig, load, seconds), _sleep(rig, pairs))
        await rig.quiet.settle()
    finally:
        for twin in twins:
            await rig.platform.remove(twin.name)
    return [
        f"{len(TWINS)} workers slept for {SLEEP:.0f} s beside a twin, broker and database for {SERVER_SLEEP:.0f} s",
        f"all workers but the twins half-open to the broker for {SLEEP:.0f} s, and what they had sent came afterwards",
    ]


async def _sleep(rig: Rig, pairs: tuple[tuple[str, ...], ...]) -> None:
    for pair in pairs:
        await asyncio.gather(*(rig.injector.pause(name, SLEEP) for name in pair))
        await asyncio.sleep(RECOVERY)
    # Awake, unlike who is paused: they go on with what they have in hand, and what they sent arrives when it is over.
    await rig.injector.disturb(["kafka"], SLEEP, "half-open to all but the twins", mode="hold")
    await asyncio.sleep(RECOVERY)
    for server in ("kafka", "mongod"):
        await rig.injector.pause(server, SERVER_SLEEP)
        await asyncio.sleep(RECOVERY)


S5 = Scenario(
    name="S5",
    fault="broker, database and workers paused, and workers half-open to the broker, past their session's end",
    holds="what wakes up late changes nothing it no longer owns",
    load=5_000,
    play=play,
    replicated=True,
)
