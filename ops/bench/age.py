"""`age`: from an event's occurrence to its committed effect in another service."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

from ops.bench import cores
from ops.bench.cost import Cost
from ops.bench.latency import milliseconds
from ops.bench.sheet import Plot, Section, Sheet, at_most
from ops.bench.stuff import comments
from shared import outbox
from shared.group_commit import GroupCommit
from shared.mongo import Document, connect

if TYPE_CHECKING:
    from ops.bench.rig import Rig

NAME, NEEDS = "age", "platform"
RATES = (10.0, 100.0, 300.0, 600.0)
SECONDS = 5.0
WARM_SECONDS = 1.0
DRAIN_SECONDS = 20.0
HOW = """\
The whole platform runs on both cores, unpinned. Community's outbox gets `CommentPosted` at a fixed rate, written as
an API process writes them (group commit, majority, journalled); community's relay publishes them, content's worker
counts each comment in a transaction. An event's age is from its occurrence (when it was *due* to be written, so a
slow write counts) to when another client is told, by a change stream on content's inbox, that the effect is committed
by the majority. Five seconds at each rate after one to warm up."""

WHY = """\
An event waits for the disk twice, with its own write and with the effect's transaction, and is handed on six times
between (API, change stream, relay, Kafka, worker, change stream). Alone each hand-over takes a few milliseconds; where
both cores are busy, with the load itself among what keeps them so, each waits for its turn, and p99 is where several
waits meet: a checkpoint of mongod, a collection of Kafka's garbage, a batch of another service."""


async def measure(rig: Rig, rounds: int) -> Section:
    """In turns: each rate."""
    for name in rig.pids:
        rig.pin(name, None)
    sheet = Sheet("Age of events", "events a second")
    await rig.rest()
    for _ in range(rounds):
        for rate in RATES:
            with Cost(rig.pids) as cost:
                taken = await cores.apart(None, _observe, rig.platform.mongodb_uri, rate)
            ordered = sorted(taken)
            columns = {**milliseconds(ordered), "most ms": ordered[-1] * 1000, "events": float(len(ordered))}
            sheet.put(f"{rate:.0f}", {**columns, "cores busy": cost.total / cost.wall})
            await rig.settle()
    rig.pin_all()
    wanted = at_most(50, sheet.spread("300", "p99 ms"), "p99 of the age at 300 events a second", unit=" ms", why=WHY)
    section = Section(NAME, "From occurrence to effect", HOW, [sheet], [wanted])
    lines = {
        name: [(rate, sheet.spread(f"{rate:.0f}", f"{name} ms").median) for rate in RATES] for name in ("p50", "p99")
    }
    section.plots.append(Plot("Age of events", "ms", lines=lines, axis="events a second", logarithmic=True))
    return section


async def _observe(mongodb: str, rate: float) -> list[float]:
    """Write the events, and note when each was seen to have had its effect."""
    client = connect(mongodb, app_name="bench")
    facts, inbox = client["plenary_community"]["facts"], client["plenary_content"]["inbox"]

    async def insert(documents: list[Document]) -> list[None]:
        await facts.insert_many(documents, ordered=False)
        return [None] * len(documents)

    group: GroupCommit[Document, None] = GroupCommit(insert, max_batch=500, lanes=2)  # type: ignore[arg-type]
    due: dict[str, float] = {}
    ages: dict[str, float] = {}
    writing: list[asyncio.Task[None]] = []
    stream = await inbox.watch([{"$match": {"operationType": "insert"}}, {"$project": {"documentKey": 1}}])
    async with stream:
        watching = asyncio.create_task(_watch(stream, due, ages))
        began = time.perf_counter()
        events = comments(int(rate * (SECONDS + WARM_SECONDS)))
        for number, event in zip(count(), events, strict=False):
            instant = began + number / rate
            await asyncio.sleep(instant - time.perf_counter())
            row = outbox.entry(event, datetime.now(UTC))
            if number >= rate * WARM_SECONDS:
                due[row["id"]] = instant
            document = {"_id": row["id"], **outbox.initial(row, at=row["time"])}
            writing.append(asyncio.create_task(group.submit(document)))
        await asyncio.gather(*writing)
        async with asyncio.timeout(DRAIN_SECONDS):
            while len(ages) < len(due):  # noqa: ASYNC110 - what is watched sets no event for the last
                await asyncio.sleep(0.01)
        watching.cancel()
    await client.close()
    return list(ages.values())


async def _watch(stream: object, due: dict[str, float], ages: dict[str, float]) -> None:
    async for change in stream:  # type: ignore[attr-defined]
        id_ = change["documentKey"]["_id"]
        if id_ in due:
            ages[id_] = time.perf_counter() - due[id_]
