"""S12: two hundred readers each ask a hundred times at once, while processes are killed."""

from __future__ import annotations

import asyncio
from collections import Counter

from ops.faults import ledger
from ops.faults.acts import crowd
from ops.faults.http import Told
from ops.faults.people import Reader
from ops.faults.rig import Rig, Scenario

EACH = 100
LIMIT = 3
READERS_AT_ONCE = 2
UNINVOLVED = ("content-api", "content-worker", "metering-worker", "kafka", "community-api", "notifications-worker")
"""Whose death leaves the meter's word in force: readers may wait, and nobody is let through unmetered."""


async def play(rig: Rig, load: int) -> list[str]:
    """A hundred parallel requests over ten articles by each reader."""
    readers = load // EACH
    kills = asyncio.create_task(rig.injector.kill_at_random(UNINVOLVED, times=max(4, readers // 10), every=(1.0, 3.0)))

    async def rush(_number: int) -> None:
        await _ask_for_everything(rig, rig.acts.reader())

    await crowd(rush, readers, at_once=READERS_AT_ONCE)
    kills.cancel()
    await asyncio.gather(kills, return_exceptions=True)
    return [*_grants(rig, readers), *await _with_the_meter_killed(rig, max(2, readers // 10))]


async def _ask_for_everything(rig: Rig, reader: Reader) -> None:
    """Each request is made again until it is answered, so that in the end the allowance is used up."""
    articles = [rig.cast.articles[number % len(rig.cast.articles)] for number in range(EACH)]
    rig.rng.shuffle(articles)

    async def ask(number: int) -> Told:
        return await rig.acts.read_until_told(reader, articles[number])

    await asyncio.gather(*map(ask, range(EACH)))


def _grants(rig: Rig, readers: int) -> list[str]:
    """Exactly the allowance for each, unless somebody could not be metered and read all the same."""
    granted, unmetered = _given(rig, "view")
    total = sum(map(len, granted.values()))
    over = sum(len(articles) > LIMIT for articles in granted.values())
    if unmetered == 0 and total != readers * LIMIT:
        rig.found("wrong", "the meter", f"granted {total} readings instead of {readers * LIMIT}")
    return [f"{total} grants to {readers} readers, {over} above {LIMIT}, {unmetered} readings unmetered"]


def _given(rig: Rig, kind: str) -> tuple[dict[str, set[str]], int]:
    granted: dict[str, set[str]] = {}
    states: Counter[str] = Counter()
    for op in ledger.read(rig.ledger.path).values():
        if op.kind == kind and op.scenario == rig.scenario and op.done and op.done["full"]:
            states[op.done["state"]] += 1
            if op.done["state"] == "metered":
                granted.setdefault(op.what["reader"], set()).add(op.what["article"])
    return granted, states["unmetered"]


async def _with_the_meter_killed(rig: Rig, readers: int) -> list[str]:
    """The same with metering and MongoDB killed: who cannot be metered reads, is marked, and is counted afterwards."""
    before, _ = _given(rig, "view")
    kills = asyncio.create_task(
        rig.injector.kill_at_random(("metering-api", "mongod"), times=max(2, readers // 2), every=(0.5, 2.0))
    )
    fresh = [rig.acts.reader() for _ in range(readers)]
    await crowd(lambda number: _ask_for_everything(rig, fresh[number]), readers, at_once=1)
    kills.cancel()
    await asyncio.gather(kills, return_exceptions=True)
    granted, unmetered = _given(rig, "view")
    more = {reader: articles for reader, articles in granted.items() if reader not in before}
    over = sum(len(articles) > LIMIT for articles in more.values())
    total = sum(map(len, more.values()))
    what = f"{total} grants to {readers} readers, {over} above {LIMIT}, {unmetered} readings unmetered"
    return [f"with metering and MongoDB killed: {what}"]


S12 = Scenario(
    name="S12",
    fault="a rush of parallel requests, with kills",
    holds="exactly three grants for each reader, none above",
    load=20_000,
    play=play,
)
