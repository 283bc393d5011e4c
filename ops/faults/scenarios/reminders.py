"""S14: everything is down while reminders fall due."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import httpx2

from ops.faults.acts import crowd
from ops.faults.people import Member
from ops.faults.rig import Rig, Scenario
from ops.faults.world import World

ZONE = "Asia/Singapore"
AT_ONCE = 8
SETTLED = {"sent", "expired"}

AHEAD = timedelta(seconds=30)
"""How long before the reminders fall due there are places to remind of; as long again for a full load."""
FULL = 300

OVERSLEPT = timedelta(hours=2)
"""How long the second darkness lasts by the notifier's clock."""
WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Group:
    """Registrants whose reminder has the same fate."""

    name: str
    lead: timedelta
    """Which reminder falls due in the dark: the one so long before the start."""
    due_after: timedelta
    """How long after the first darkness it falls due."""
    fate: Literal["sent", "expired"]


GROUPS = (
    Group("a day before", timedelta(hours=24), timedelta(), "sent"),
    Group("an hour before", timedelta(hours=1), timedelta(), "sent"),
    # Of the second darkness: due half an hour before it ends, and half an hour after it would have been of use.
    Group("late and of use", timedelta(hours=1), OVERSLEPT - timedelta(minutes=30), "sent"),
    Group("too late", timedelta(hours=1), OVERSLEPT - timedelta(minutes=90), "expired"),
)


@dataclass(frozen=True, slots=True)
class Webinar:
    """What people register for."""

    id: str
    slug: str
    due_at: datetime
    group: Group


@dataclass(frozen=True, slots=True)
class Place:
    """A place that somebody holds."""

    id: str
    webinar: Webinar


async def play(rig: Rig, load: int) -> list[str]:
    """``load`` places at webinars; twice everything is killed, and comes back after reminders have fallen due."""
    due_at = datetime.now(UTC).replace(microsecond=0) + AHEAD * (2 if load >= FULL else 1)
    places = await _places(rig, load, due_at)
    await rig.quiet.settle()
    if datetime.now(UTC) >= due_at:
        rig.found("wrong", "reminders", "fell due before everything was down")
    await rig.injector.all_down((due_at - datetime.now(UTC)).total_seconds() + 5)
    now = [place for place in places if not place.webinar.group.due_after]
    await _settled(rig, now)
    _judge(rig, await rig.observer.look(), now)

    ahead = {"notifications": OVERSLEPT + timedelta(minutes=1)}
    await rig.injector.all_down(5, clocks=ahead)
    await _settled(rig, places)
    fates = _judge(rig, await rig.observer.look(), places)
    await asyncio.gather(*(rig.platform.restart(f"notifications-{role}", clock_offset=0) for role in ("api", "worker")))
    told = ", ".join(f"{count} {fate}" for fate, count in sorted(fates.items()))
    return [f"{len(places)} reminders fell due while everything was down: {told}"]


async def _places(rig: Rig, load: int, due_at: datetime) -> list[Place]:
    """Have webinars announced, and everybody register for as many as it takes."""
    share, everybody = load // len(GROUPS), rig.cast.members
    wanted: list[tuple[Member, Webinar]] = []
    async with httpx2.AsyncClient(base_url=rig.cast.url, headers=await rig.cast.admin(), timeout=30) as editor:
        for group in GROUPS:
            webinars = [
                await _announce(editor, f"{group.name}, {number}", due_at + group.due_after, group)
                for number in range(-(-share // len(everybody)))
            ]
            wanted += [(member, webinar) for webinar in webinars for member in everybody][:share]
    places: list[Place] = []

    async def register(number: int) -> None:
        member, webinar = wanted[number]
        id_ = await rig.acts.register(member, webinar.id)
        if id_:
            places.append(Place(id_, webinar))
        else:
            rig.found("wrong", webinar.slug, "nobody could register")

    await crowd(register, len(wanted), at_once=AT_ONCE)
    return places


async def _announce(editor: httpx2.AsyncClient, title: str, due_at: datetime, group: Group) -> Webinar:
    starts_at = (due_at + group.lead).astimezone(ZoneInfo(ZONE))
    when = {"wall_time": starts_at.replace(tzinfo=None).isoformat(), "zone": ZONE, "minutes": 60}
    answer = await editor.post("/v1/webinars", json={"title": f"Reminded {title}", "time": when})
    answer.raise_for_status()
    told = answer.json()
    return Webinar(told["id"], told["slug"], due_at, group)


async def _settled(rig: Rig, places: list[Place]) -> None:
    """Return once the reminders of these places have met their fate, or after a while."""
    messages, due = rig.observer.database("notifications")["messages"], {place.webinar.due_at for place in places}
    query = {"purpose": "webinar-reminder", "due_at": {"$in": sorted(due)}}
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        if await messages.count_documents({**query, "state": {"$in": sorted(SETTLED)}}) >= len(places):
            break
        await asyncio.sleep(0.5)
    await rig.quiet.settle()


def _judge(rig: Rig, world: World, places: list[Place]) -> Counter[str]:
    """Each place had the one reminder that fell due, and it met its fate once."""
    caused = {record.data["registration_id"]: id_ for id_, record in world.events("WebinarRegistered").items()}
    planned: defaultdict[tuple[str, datetime], list[dict[str, Any]]] = defaultdict(list)
    for message in world.messages:
        if message["purpose"] == "webinar-reminder":
            planned[message["cause_id"], message["due_at"]].append(message)
    said = Counter(
        (record.data["notification_id"], record.data.get("outcome", "sent"))
        for kind in ("NotificationSent", "NotificationFailed")
        for record in world.events(kind).values()
    )
    fates: Counter[str] = Counter()
    for place in places:
        mine = planned[caused.get(place.id, ""), place.webinar.due_at]
        item, fate = f"registration {place.id} ({place.webinar.group.name})", place.webinar.group.fate
        if len(mine) != 1:
            rig.found("lost" if not mine else "doubled", item, f"has {len(mine)} reminders")
            continue
        state, mails = mine[0]["state"], world.mails[mine[0]["_id"]]
        fates[state] += 1
        if state != fate:
            rig.found("stuck" if state not in SETTLED else "wrong", item, f"its reminder is {state}, not {fate}")
        if mails != (state == "sent"):
            rig.found("doubled" if mails else "lost", item, f"{mails} reminders arrived, and it is {state}")
        if said[mine[0]["_id"], state] != 1:
            rig.found("wrong", item, f"that it is {state} was told {said[mine[0]['_id'], state]} times")
    return fates


S14 = Scenario(
    name="S14",
    fault="everything down while reminders fall due, twice",
    holds="each fired once or expired by rule",
    load=FULL,
    play=play,
)
