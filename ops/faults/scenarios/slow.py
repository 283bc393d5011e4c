"""S6: one consumer takes half a second for each event."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psutil

from ops.faults import forge
from ops.faults.acts import paced
from ops.faults.rig import Rig, Scenario
from ops.faults.sabotage import SLOW_SECONDS
from shared.events.community import CommentPosted
from shared.ids import new_id

SLOW = "content"
SLOW_WORKER = f"{SLOW}-worker"
PER_SECOND = 50.0
SECONDS = 60.0
FULL = 2_000
LAG_LIMIT = 5.0
"""Seconds that other houses may be behind."""
GROWTH_LIMIT = 64 * 1024**2
"""Bytes by which the slow worker may grow: two batches of events are a few megabytes, the rest is fragmentation."""


@dataclass
class Watch:
    """What was seen of the slow worker and of the others while it was slow."""

    memory: list[int] = field(default_factory=list)
    members: set[str] = field(default_factory=set)
    handled: list[int] = field(default_factory=list)


async def play(rig: Rig, load: int) -> list[str]:
    """A heap of events to begin with, then so many each second; afterwards the slowness is mended."""
    seconds = SECONDS if load >= FULL else SECONDS / 3
    await rig.sabotage(SLOW, "worker", "slow")
    heap = [forge.forged(_comment(rig)) for _ in range(load)]
    await forge.note(rig.ledger, rig.scenario, heap)
    await forge.put(rig.platform.open_kafka, [made.message for made in heap])
    watch = Watch()
    began = datetime.now(UTC)
    watching = asyncio.create_task(_watch(rig, watch))

    async def write(_number: int) -> None:
        (author,) = rig.acts.members(1)
        await rig.acts.comment(author, rig.acts.article())

    await paced(write, int(PER_SECOND * seconds), per_second=PER_SECOND)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await _judge(rig, watch, began)
    await rig.restore(SLOW, "worker")
    growth = (max(watch.memory) - watch.memory[0]) / 1024**2
    handled = watch.handled[-1] - watch.handled[0]
    load_told = f"{load} events at once, then {PER_SECOND:.0f} a second for {seconds:.0f} s"
    return [f"{load_told}; meanwhile {SLOW} handled {handled} and grew by {growth:.0f} MiB"]


def _comment(rig: Rig) -> CommentPosted:
    return CommentPosted(
        comment_id=new_id(),
        article_id=rig.acts.article().id,
        author_id=rig.acts.members(1)[0].id,
        posted_at=datetime.now(UTC),
    )


async def _watch(rig: Rig, watch: Watch) -> None:
    inbox = rig.observer.database(SLOW)["inbox"]
    await rig.quiet.has_members(SLOW, within=30)
    while True:
        pid = rig.platform.process(SLOW_WORKER).pid
        if pid:
            watch.memory.append(psutil.Process(pid).memory_info().rss)
        watch.handled.append(await inbox.estimated_document_count())
        watch.members |= await rig.quiet.members(SLOW)
        await asyncio.sleep(2)


async def _judge(rig: Rig, watch: Watch, began: datetime) -> None:
    if len(watch.members) != 1:
        rig.found("wrong", SLOW_WORKER, f"was {len(watch.members)} members of its group one after the other")
    if watch.memory and max(watch.memory) - watch.memory[0] > GROWTH_LIMIT:
        rig.found("wrong", SLOW_WORKER, f"grew from {watch.memory[0]:,} to {max(watch.memory):,} bytes")
    handled, owed = watch.handled[-1] - watch.handled[0], int((time.time() - began.timestamp()) / SLOW_SECONDS)
    if handled < owed:
        rig.found(
            "stuck", SLOW_WORKER, f"handled {handled} events while it was slow; one lane alone has time for {owed}"
        )
    late = rig.observer.database("witness")["effects"].find({"occurred_at": {"$gte": began}})
    oldest = max([row["at"][0] / 1e9 - row["occurred_at"].timestamp() async for row in late], default=0.0)
    if oldest > LAG_LIMIT:
        rig.found("wrong", "witness", f"was {oldest:.1f} s behind while {SLOW} was slow")
    if rig.platform.process(SLOW_WORKER).condition != "ready":
        rig.found("wrong", SLOW_WORKER, "was not ready any more")


S6 = Scenario(
    name="S6",
    fault="a consumer slowed to 500 ms an event",
    holds="no rebalance loop, memory bounded, other services' lag under 5 s",
    load=FULL,
    play=play,
)
