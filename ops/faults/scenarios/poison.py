"""S8: one record in fifty is poison."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ops.faults import forge
from ops.faults.forge import Forged
from ops.faults.platform import WITNESS
from ops.faults.rig import Rig, Scenario
from ops.faults.sabotage import BUG
from ops.settings import ROOT
from shared.envelope import Message, encode_event
from shared.events import Event
from shared.events.community import CommentPosted
from shared.events.content import ArticleViewed
from shared.ids import new_id

ONE_IN = 50
PER_KEY = 10
"""Events of a key, so that there is something whose order can be kept."""

KINDS = ("bad JSON", "1 MB", "unknown version", "null", "handler bug")
LARGEST = 1024 * 1024 - 600
"""As large as a topic takes it: a batch with its framing and the record's headers may have 1 MiB and 12 bytes."""

HEARERS = {"community.comments": ("content", "notifications", "witness"), "content.views": ("metering", "witness")}
"""Houses that read a topic; each has to find the poison in it for itself."""

BUGGY = ("content", "metering", "witness")
"""Houses whose handlers have the bug for a while."""


@dataclass(frozen=True, slots=True)
class Poison:
    """One record that is no good."""

    kind: str
    message: Message


async def play(rig: Rig, load: int) -> list[str]:
    """``load`` events of many keys, and poison among them; then the bug is mended and the dead letters are replayed."""
    poison, good = _poison(rig, load // ONE_IN), _good(load)
    await forge.note(rig.ledger, rig.scenario, good)
    await _with_bug(rig)
    # What has the bug comes first of its key, so that the rest of the key has to wait behind it.
    bugs = [made for made in good if made.id.startswith(BUG)]
    lanes = [list(queue) for queue in forge.by_key(made.message for made in good).values()]
    messages = forge.shuffled([*lanes, *([bad.message] for bad in poison)], rig.rng)
    places = dict(zip(map(id, messages), await forge.put(rig.platform.open_kafka, messages), strict=True))
    undecodable = {"/".join(map(str, places[id(bad.message)])): bad for bad in poison}
    rig.dead |= undecodable.keys() | {made.id for made in bugs}
    took, left = await rig.quiet.settle()
    for line in left:
        rig.found("stuck", "before the replay", line)
    await _look_at_the_dead(rig, undecodable, bugs)

    await _mend(rig)
    rig.dead -= {made.id for made in bugs}
    bad = f"{len(poison)} undecodable records and {len(bugs)} events that met a bug"
    return [f"{len(good)} events and {bad}; quiet after {took:.0f} s, then mended and replayed"]


def _good(load: int) -> list[Forged]:
    """Events of many keys; the first of some of them meets the bug."""
    now, made = datetime.now(UTC), []
    for number in range(load // PER_KEY):
        key = new_id()
        events: list[Event] = [
            CommentPosted(comment_id=new_id(), article_id=key, author_id="amina", posted_at=now)
            if number % 2
            else ArticleViewed(view_id=new_id(), reader_id=key, article_id=new_id(), access="unmetered", viewed_at=now)
            for _ in range(PER_KEY)
        ]
        broken = number % (ONE_IN * len(KINDS) // PER_KEY) < 2  # A fifth of the poison, on both topics.
        made += [forge.forged(event, prefix=BUG if broken and not place else "") for place, event in enumerate(events)]
    return made


def _poison(rig: Rig, count: int) -> list[Poison]:
    """Records of each kind that cannot be decoded, on both topics."""
    now, found = datetime.now(UTC), []
    for number in range(count * (len(KINDS) - 1) // len(KINDS)):
        event: Event
        if number // 4 % 2:
            event = CommentPosted(comment_id=new_id(), article_id=new_id(), author_id="amina", posted_at=now)
        else:
            event = ArticleViewed(view_id=new_id(), reader_id=new_id(), article_id="a", access="exempt", viewed_at=now)
        found.append(_spoilt(rig, KINDS[number % 4], encode_event(event, new_id(), now)))
    return found


def _spoilt(rig: Rig, kind: str, message: Message) -> Poison:
    match kind:
        case "bad JSON":
            message = replace(message, value=(message.value or b"")[: rig.rng.randint(1, 40)])
        case "1 MB":
            message = replace(message, value=b"[" * LARGEST)
        case "unknown version":
            headers = [(name, value.replace(b".v1", b".v9")) for name, value in message.headers]
            message = replace(message, headers=headers)
        case "null":
            message = replace(message, value=None)
    return Poison(kind, message)


async def _with_bug(rig: Rig) -> None:
    """Have some houses' workers run with a handler that cannot digest some events."""
    await asyncio.gather(*(rig.sabotage(house, "worker", "handler-bug") for house in BUGGY))


async def _mend(rig: Rig) -> None:
    """The bug is mended, and an operator has everything replayed, as each service's own command does it."""
    await asyncio.gather(*(rig.restore(house, "worker") for house in BUGGY))
    for house in BUGGY:
        module = "ops.faults.witness" if house == "witness" else f"services.{house}"
        worker = rig.platform.process(WITNESS if house == "witness" else f"{house}-worker")
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, "dead", "replay", "all"),
            env=dict(worker.spec.environment),
            cwd=ROOT,
            stdout=asyncio.subprocess.DEVNULL,
        )
        if await child.wait():
            rig.found("wrong", house, "`dead replay all` failed")


async def _look_at_the_dead(rig: Rig, undecodable: dict[str, Poison], bugs: list[Forged]) -> None:
    """Exactly the poison is dead in each house that reads its topic, and lies in that house's dead letters."""
    world = await rig.observer.look()
    for house in sorted({house for houses in HEARERS.values() for house in houses}):
        expected = {place for place in undecodable if house in HEARERS[place.partition("/")[0]]}
        if house in BUGGY:
            expected |= {made.id for made in bugs if house in HEARERS[made.message.topic]}
        dead = {row["_id"] for row in world.parked[house] if row["state"] == "dead"} & rig.dead
        for missing in expected - dead:
            kind = undecodable[missing].kind if missing in undecodable else "handler bug"
            rig.found("lost", missing, f"{house} has no dead letter of it ({kind})")
        for surplus in dead - expected:
            rig.found("wrong", surplus, f"{house} has it among the dead letters")
        letters = {record.origin for record in world.records if record.topic == f"{house}.dead-letters"}
        for place in expected & undecodable.keys():
            if place not in letters:
                rig.found("lost", place, f"{house} has not put it on its topic of dead letters")


S8 = Scenario(
    name="S8",
    fault="poison: bad JSON, 1 MB, an unknown version, null, a handler's bug",
    holds="exactly those in the dead letters, the rest done, order per key kept, replay completes",
    load=5_000,
    play=play,
)
