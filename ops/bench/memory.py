"""`memory`: each process at rest, and during ten minutes of load."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING

import psutil

from ops.bench import load
from ops.bench.journey import World
from ops.bench.load import request
from ops.bench.sheet import Aim, Plot, Section, Sheet, Spread, number
from shared.ids import new_id

if TYPE_CHECKING:
    from ops.bench.rig import Rig

NAME, NEEDS = "memory", "platform"
MINUTES = 10
WARM_MINUTES = 2
EVERY_SECONDS = 15.0
RATE = 60.0
MOST_MIB = 150.0
SERVERS = ("mongod", "kafka")
"""Not ours: a database takes the cache it is given, and a JVM its heap."""
GROWTH_MIB = 8.0
"""What may still come and go: an allocator gives back when it likes, not when it could."""
HOW = """\
Resident memory of each process, less what it shares with others (PSS), after a start and half a minute at rest; then
every fifteen seconds under 60 requests a second for ten minutes: nine readings of articles by ever new readers to one
comment by a member. Growth is the least of the last two minutes over the most of the third and fourth."""

WHY_REST = """\
What a process of ours takes at rest is what it has imported: Python with FastAPI, pydantic and PyMongo some 70 MiB, and
a worker Kafka's client and Faust beside them."""
WHY_GROWTH = """\
What our processes keep (pages, tokens, journeys, signposts) is bounded, and ever new readers may not have filled it
when the warm-up ends. mongod and Kafka are not among ours: they fill the cache and the heap that they are given."""


async def measure(rig: Rig, rounds: int) -> Section:
    """Once: ten minutes are long enough."""
    del rounds
    await asyncio.sleep(30)
    rest = _now(rig)
    world = await World.made(rig)
    await rig.platform.restart("community-api", {"COMMUNITY_COMMENTS_PER_WINDOW": "10000"})
    rig.pin_all()
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in rig.pids}
    began = time.monotonic()
    asking = asyncio.create_task(_ask(world, began + MINUTES * 60))
    while not asking.done():
        for name, mib in _now(rig).items():
            seen[name].append(((time.monotonic() - began) / 60, mib))
        await asyncio.wait({asking}, timeout=EVERY_SECONDS)
    await asking
    return _section(rest, seen)


def _section(rest: dict[str, float], seen: dict[str, list[tuple[float, float]]]) -> Section:
    sheet = Sheet("Memory in MiB", "process")
    growth = {}
    for name, mib in rest.items():
        early = [value for at, value in seen[name] if WARM_MINUTES <= at < WARM_MINUTES + 2]
        late = [value for at, value in seen[name] if at >= MINUTES - 2]
        growth[name] = min(late) - max(early)
        sheet.add(name, at_rest=mib, at_most=max(value for _, value in seen[name]), growth=growth[name])
    ours = {name: mib for name, mib in rest.items() if name not in SERVERS}
    heaviest, grown = max(ours, key=ours.__getitem__), max(ours, key=growth.__getitem__)
    section = Section(NAME, "Memory", HOW, [sheet])
    section.aims = [
        Aim(
            f"every process of ours at rest: at most {MOST_MIB:.0f} MiB",
            f"{heaviest} has {number(ours[heaviest])} MiB",
            ours[heaviest] <= MOST_MIB,
            WHY_REST,
        ),
        Aim(
            f"no process of ours grows over {MINUTES} minutes of load after the warm-up",
            f"{grown} by {number(growth[grown])} MiB",
            growth[grown] <= GROWTH_MIB,
            WHY_GROWTH,
        ),
    ]
    lines = {name: line for name, line in seen.items() if name not in SERVERS and line}
    most = sorted(lines, key=lambda name: -Spread.of([mib for _, mib in lines[name]]).median)[:6]
    section.plots.append(
        Plot("Memory under load, the six largest", "MiB", lines={name: lines[name] for name in most}, axis="minutes")
    )
    return section


async def _ask(world: World, until: float) -> None:
    """A minute's worth at a time, so that little lies in memory here."""
    article = next(iter(world.articles.values()))
    turn = 0
    while (left := until - time.monotonic()) > 0:
        seconds = min(30.0, max(1.0, left))
        readings = [request("GET", f"/v1/articles/{slug}", cookie=c) for c, slug in world.pairs(int(RATE * seconds), 3)]
        tokens = [f"Bearer {world.token(f'member-{each}')}" for each in range(50)]
        for place in range(0, len(readings), 10):
            turn += 1
            body = json.dumps({"article_id": article, "body": f"The {turn}th thing that I found."}).encode()
            token = tokens[turn % len(tokens)]
            readings[place] = request("POST", "/v1/comments", body, authorization=token, idempotency_key=new_id())
        outcome = await load.opened(world.gateway, readings, rate=RATE, seconds=seconds, connections=16)
        outcome.insist(200, 201)


def _now(rig: Rig) -> dict[str, float]:
    return {name: psutil.Process(pid).memory_full_info().pss / 2**20 for name, pid in rig.pids.items()}
