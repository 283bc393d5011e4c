"""S13: whoever sends the mail is killed fifty times."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime

from ops.faults import forge
from ops.faults.platform import AT_ONCE
from ops.faults.rig import Rig, Scenario
from shared.events.community import CommentPosted
from shared.ids import new_id

NOTIFIER = "notifications-worker"
PER_KILL = 40
"""Mails for each kill."""
AWAKE = (0.2, 1.4)
"""Seconds from its coming back to its next death: long enough to have some mail in hand."""
WITHIN = 180.0
"""Seconds for what has to be sent before the first death, and after the last."""


async def play(rig: Rig, load: int) -> list[str]:
    """``load`` replies call for as many mails; each is sent once, or counted as unknown, and none is sent twice."""
    before = {message["_id"] for message in (await rig.observer.look()).messages}
    replies = [forge.forged(_reply(rig)) for _ in range(load)]
    await forge.note(rig.ledger, rig.scenario, replies)
    await forge.put(rig.platform.open_kafka, [made.message for made in replies])
    # Only when all of it is called for: who has just been killed waits for the broker to forget the former self, and
    # would be killed again before it has heard of anything to send.
    await _called_for(rig, len(before) + load)
    kills = max(3, load // PER_KILL)
    for _ in range(kills):
        await rig.injector.kill(NOTIFIER)
        await asyncio.sleep(2 * AT_ONCE[0])  # Until then it still counts as what it was.
        await rig.platform.process(NOTIFIER).ready(WITHIN)
        await asyncio.sleep(rig.rng.uniform(*AWAKE))
    await rig.quiet.settle(WITHIN)
    world = await rig.observer.look()
    mine = [message for message in world.messages if message["_id"] not in before]
    if len(mine) != load:
        rig.found("lost" if len(mine) < load else "doubled", "mail", f"{len(mine)} messages for {load} replies")
    for message in mine:
        if message["state"] not in {"sent", "unknown"}:
            rig.found("stuck", message["_id"], f"is {message['state']}: {message['reason']}")
    states = Counter(message["state"] for message in mine)
    told = {record.data["notification_id"] for record in world.events("NotificationFailed").values()}
    for message in mine:
        if message["state"] == "unknown" and message["_id"] not in told:
            rig.found("lost", message["_id"], "its fate is unknown, and no event says so")
    arrived = sum(world.mails[message["_id"]] for message in mine if message["state"] == "unknown")
    unknown = f"{states['unknown']} unknown, of which {arrived} had arrived"
    return [f"{kills} kills; {states['sent']} of {load} mails sent, {unknown}"]


async def _called_for(rig: Rig, count: int) -> None:
    """Return once there are so many messages, or after a while."""
    messages = rig.observer.database("notifications")["messages"]
    deadline = time.monotonic() + WITHIN
    while True:
        if await messages.estimated_document_count() >= count or time.monotonic() > deadline:
            return
        await asyncio.sleep(0.05)


def _reply(rig: Rig) -> CommentPosted:
    author, other = rig.acts.members(2)
    return CommentPosted(
        comment_id=new_id(),
        article_id=rig.acts.article().id,
        author_id=author.id,
        parent_id=new_id(),
        parent_author_id=other.id,
        posted_at=datetime.now(UTC),
    )


S13 = Scenario(
    name="S13",
    fault="the notifier killed fifty times",
    holds="0 sent twice, the unknown counted, the rest at the mailbox",
    load=2_000,
    play=play,
)
