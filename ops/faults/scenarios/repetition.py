"""S7: every event comes three times, keys mixed, and then a whole topic once more."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from ops.faults import forge
from ops.faults.forge import Forged
from ops.faults.platform import WITNESS
from ops.faults.rig import Rig, Scenario
from shared.envelope import Message
from shared.events.accounts import MemberUpdated
from shared.events.community import CommentHidden, CommentPosted
from shared.events.content import ArticleViewed
from shared.events.metering import MeterAdvanced
from shared.ids import new_id

COPIES = 3
READ_AGAIN = (("content", "community.comments"), ("notifications", "community.comments"), ("metering", "content.views"),
              ("witness", "community.comments"), ("witness", "content.views"))  # fmt: skip
REPLIES = 20
"""Comments that call for mail; the other events call for none."""


async def play(rig: Rig, load: int) -> list[str]:
    """``load`` distinct events, each three times."""
    events = _events(rig, load)
    await forge.note(rig.ledger, rig.scenario, events)
    mails = (await rig.observer.look()).mails
    await forge.put(rig.platform.open_kafka, _three_times(rig, events))
    await rig.quiet.settle()
    before = await _effects(rig)
    for difference in _differences(events, before):
        rig.found("wrong", *difference)
    asked = {made.event.parent_author_id for made in events if isinstance(made.event, CommentPosted)} - {None}
    more = (await rig.observer.look()).mails - mails
    if more.total() != REPLIES:
        rig.found(
            "doubled" if more.total() > REPLIES else "lost", "mail", f"{more.total()} mails for {REPLIES} replies"
        )

    await _read_again(rig)
    await rig.quiet.settle()
    after = await _effects(rig)
    if _digest(before) != _digest(after):
        rig.found("doubled", "effects", f"other effects after the topics were read again: {_changed(before, after)}")
    again = (await rig.observer.look()).mails - mails
    if again != more:
        rig.found("doubled", "mail", f"{again.total() - more.total()} mails when the topic was read again")
    return [
        f"{len(events)} events as {COPIES * len(events)} records; {len(READ_AGAIN)} groups read a topic again",
        f"{more.total()} mails to {len(asked)} members, none repeated; effects {_digest(after)[:12]} before and after",
    ]


def _events(rig: Rig, load: int) -> list[Forged]:
    """Readings, comments that come and go, meters and members, in the proportions of a busy day."""
    now = datetime.now(UTC)
    events: list[Forged] = []
    for _ in range(load * 4 // 10 // 2):
        reader = new_id()
        for article in rig.rng.sample(rig.cast.articles, 2):
            viewed = ArticleViewed(
                view_id=new_id(), reader_id=reader, article_id=article.id, access="unmetered", viewed_at=now
            )
            events.append(forge.forged(viewed))
    for number in range(load * 4 // 10 // 4):
        events += _comings_and_goings(rig, now, reply=number < REPLIES)
    for _ in range(load // 10):
        advanced = MeterAdvanced(reader_id=new_id(), window="w", article_id="a", used=1, limit=3, advanced_at=now)
        events.append(forge.forged(advanced))
    for _ in range(load // 10 // 2):
        member = new_id()
        for revision in (1, 2):
            events.append(
                forge.forged(
                    MemberUpdated(
                        member_id=member,
                        standing="official" if revision == 2 else "pending",
                        updated_at=datetime.now(UTC),
                        revision=revision,
                    )
                )
            )
    return events


def _comings_and_goings(rig: Rig, now: datetime, *, reply: bool) -> list[Forged]:
    """A comment that is posted, and unless it is a reply hidden, shown and hidden again."""
    article, (author, other) = rig.acts.article().id, rig.acts.members(2)
    comment = new_id()
    posted = CommentPosted(
        comment_id=comment,
        article_id=article,
        author_id=author.id,
        parent_id=new_id() if reply else None,
        parent_author_id=other.id if reply else None,
        posted_at=now,
    )
    told: list[Forged] = [forge.forged(posted)]
    for revision in (2, 3, 4):
        if reply:
            told.append(forge.forged(posted.model_copy(update={"revision": revision, "parent_author_id": None})))
        elif revision == 3:
            told.append(forge.forged(posted.model_copy(update={"revision": revision})))
        else:
            hidden = CommentHidden(comment_id=comment, article_id=article, hidden_at=now, revision=revision)
            told.append(forge.forged(hidden))
    return told


def _three_times(rig: Rig, events: Sequence[Forged]) -> list[Message]:
    """Three copies of each key's events, in order within a copy, the copies mixed, and the keys mixed."""
    keys = forge.by_key(made.message for made in events)
    tripled = [forge.shuffled([queue] * COPIES, rig.rng) for queue in keys.values()]
    return forge.shuffled(tripled, rig.rng)


async def _read_again(rig: Rig) -> None:
    """The workers rest, their groups go back to the beginning, and the workers read everything again."""
    groups = {group for group, _ in READ_AGAIN}
    workers = [WITNESS if group == "witness" else f"{group}-worker" for group in groups]
    await asyncio.gather(*(rig.platform.halt(worker) for worker in workers))
    for group, topic in READ_AGAIN:
        rig.injector.note(WITNESS if group == "witness" else f"{group}-worker", f"reads {topic} again")
        await asyncio.to_thread(forge.read_again, rig.platform, group, topic)
    await asyncio.gather(*(rig.platform.restart(worker) for worker in workers))


async def _effects(rig: Rig) -> dict[str, dict[str, Any]]:
    """Everything that events have come to, apart from when."""
    world = await rig.observer.look()
    members = rig.observer.database("metering")["members"].find({}, {"standing": 1})
    return {
        "registers": {id_: [row["revision"], row["visible"]] for id_, row in world.registers.items()},
        "counts": dict(world.counts),
        "meters": {reader: sorted(articles) for reader, articles in world.meters.items()},
        "standings": {row["_id"]: row["standing"] async for row in members},
        "witness": {id_: effect["times"] for id_, effect in world.effects.items()},
        "messages": {row["_id"]: row["state"] for row in world.messages},
    }


def _differences(events: Sequence[Forged], effects: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """What is not as a simple reading of the events would have it."""
    meters: defaultdict[str, set[str]] = defaultdict(set)
    registers: dict[str, list[Any]] = {}
    standings: dict[str, str] = {}
    for made in events:
        match made.event:
            case ArticleViewed() as viewed:
                meters[viewed.reader_id].add(viewed.article_id)
            case CommentPosted() | CommentHidden() as fact:
                registers[fact.comment_id] = [fact.revision, isinstance(fact, CommentPosted)]
            case MemberUpdated() as updated:
                standings[updated.member_id] = updated.standing
    expected: dict[str, dict[str, Any]] = {
        "meters": {reader: sorted(articles) for reader, articles in meters.items()},
        "registers": registers,
        "standings": standings,
        "witness": {made.id: 1 for made in events},
    }
    return [
        (f"{what} {item}", f"should be {value} and is {effects[what].get(item)}")
        for what, items in expected.items()
        for item, value in items.items()
        if effects[what].get(item) != value
    ]


def _digest(effects: dict[str, dict[str, Any]]) -> str:
    return hashlib.sha256(orjson.dumps(effects, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _changed(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> dict[str, int]:
    changed = {
        what: sum(before[what].get(item) != value for item, value in items.items()) for what, items in after.items()
    }
    return dict(Counter(changed))


S7 = Scenario(
    name="S7",
    fault="every event three times, keys mixed; topics read again",
    holds="effects identical, no mail",
    load=10_000,
    play=play,
)
