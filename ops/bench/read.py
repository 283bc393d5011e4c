"""`read`: an article through the gateway, with the meter, against Ghost; Envoy alone is the floor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops.bench import load
from ops.bench.cost import Cost
from ops.bench.journey import BODY, World
from ops.bench.load import Target, request
from ops.bench.peers.ghost import ghost
from ops.bench.peers.setup import Peers
from ops.bench.sheet import Aim, Section, Sheet, Spread, at_least, bars

if TYPE_CHECKING:
    from ops.bench.rig import Rig

NAME, NEEDS = "read", "platform"
CONNECTIONS = (1, 16, 64)
ENDS = (1, 64)
MIDDLE = ("data, first", "page, first", "Ghost's Content API", "Ghost's page")
"""What is asked at 16 connections and in the open loop too; every second there is one for each round."""
SECONDS = 1.0
FASTEST = 4_000
OPEN_RATE = 100.0
OPEN_SECONDS = 1.0
HOW = """\
One article of 1,000 words. *Envoy alone* answers from its own memory (`/docs`), which is the floor of everything
behind it. *data, first* is `GET /v1/articles/...` by readers who are known and open it for the first time, three
articles each: metering decides and counts, content answers and notes the view. *data, again* is the same readers once
more; *data, as a member* carries an access token; *data, unchanged* asks as a member with `If-None-Match`. *page* is
the article as the site renders it, wall, related articles, discussion and all, for the same readers. Ghost's Content
API gives the same words, Ghost's page is its default theme. Closed loop at 1 and 64 connections for a second each; what
is new to its readers, and Ghost's, also at 16 and in an open loop at 100 a second. All servers share one core. µs are
of the request's own processes (gateway, content, metering, mongod; Node and MariaDB), *with events* adds what all
other processes do about it afterwards: publishing, Kafka, counting and views."""


WHY_DATA = """\
A reading passes Envoy, metering and content, each with its own HTTP, where Ghost is one process; and what is counted is
two writes that the majority has before the answer ends, where Ghost writes nothing. At 64 connections mongod has a
third of the time, metering and content a quarter each, Envoy a sixth. At one connection nothing is shared: both writes
wait for the disk by themselves, every change stream looks at each, and four processes are woken for each request."""
WHY_PAGE = """\
A page is a reading of the article, which the meter must be asked for each time, and the way through the gateway twice
more; only what stands beside the article and the rendering itself are shared between readers."""


@dataclass(frozen=True)
class Ask:
    """One way to ask."""

    target: Target
    requests: Callable[[int], Sequence[bytes]]
    pids: dict[str, int]
    statuses: tuple[int, ...] = (200,)


async def measure(rig: Rig, rounds: int) -> Section:
    """In turns: each way to ask, at each number of connections."""
    sheet = Sheet("An article read", "what and connections")
    world = await World.made(rig)
    peers = Peers(rig.state_dir)
    async with AsyncExitStack() as stack:
        asks = await _our_ways(world)
        if peers.installed:
            asks |= await _ghosts_ways(stack, rig, peers)
        for name in asks:  # Warm: the first answers of Node are ten times slower.
            await load.closed(asks[name].target, asks[name].requests(400), connections=4, seconds=2.0, once=True)
        for _ in range(rounds):
            for connections in (*CONNECTIONS, 0):
                for name, ask in asks.items():
                    if connections in ENDS or name in MIDDLE:
                        await _measure(world, sheet, name, ask, connections)
    return _section(sheet, peers)


async def _measure(world: World, sheet: Sheet, name: str, ask: Ask, connections: int) -> None:
    wanted = int(SECONDS * FASTEST if connections else OPEN_RATE * OPEN_SECONDS)
    requests = ask.requests(wanted)
    async with world.rig.costing() as everything:
        with Cost(ask.pids) as own:
            if connections:
                outcome = await load.closed(
                    ask.target, requests, connections=connections, seconds=SECONDS, once=len(requests) > 1
                )
            else:
                outcome = await load.opened(ask.target, requests, rate=OPEN_RATE, seconds=OPEN_SECONDS)
    outcome.insist(*ask.statuses)
    count = len(outcome.taken)
    ours = name in OURS
    columns = {**outcome.columns(), "µs each": own.total / count * 1e6}
    columns["µs with events"] = (everything.total if ours else own.total) / count * 1e6
    sheet.put(f"{name}, {connections}" if connections else f"{name}, open at {OPEN_RATE:.0f}/s", columns)


DATA = ("data, first", "data, again", "data, as a member", "data, unchanged")
PAGES = ("page, first", "page, again")
OURS = ("Envoy alone", *DATA, *PAGES)


async def _our_ways(world: World) -> dict[str, Ask]:
    path = "/v1/articles/"
    pids = world.rig.some("gateway", "content-api", "metering-api", "mongod")
    slugs = list(world.articles)
    async with world.client() as client:
        answer = await client.get(path + slugs[0], headers={"Authorization": _bearer(world)})
        tag = answer.headers["etag"]
    known = [cookie for cookie, _ in zip(world.pairs(300, 3), range(300), strict=False)]
    again = [request("GET", path + slug, cookie=cookie) for cookie, slug in known]
    first = Ask(
        world.gateway,
        lambda count: [request("GET", path + slug, cookie=cookie) for cookie, slug in world.pairs(count, 3)],
        pids,
    )
    await load.closed(world.gateway, again, connections=16, seconds=60, once=True)

    def as_a_member(_: int) -> list[bytes]:
        return [request("GET", path + slugs[0], authorization=_bearer(world))]

    def unchanged(_: int) -> list[bytes]:
        return [request("GET", path + slugs[0], authorization=_bearer(world), if_none_match=tag)]

    return _pages(world, again, pids) | {
        "Envoy alone": Ask(world.gateway, lambda _: [request("GET", "/docs")], world.rig.some("gateway")),
        "data, first": first,
        "data, again": Ask(world.gateway, lambda count: (again * (count // len(again) + 1))[:count], pids),
        "data, as a member": Ask(world.gateway, as_a_member, pids),
        "data, unchanged": Ask(world.gateway, unchanged, pids, (304,)),
    }


def _pages(world: World, again: list[bytes], pids: dict[str, int]) -> dict[str, Ask]:
    """The same through the site, which asks the API for what it shows."""
    pids = pids | world.rig.some("web", "community-api")
    html = [each.replace(b"GET /v1/", b"GET /", 1).replace(b"application/json", b"text/html", 1) for each in again]
    return {
        "page, first": Ask(
            world.gateway,
            lambda count: [
                request("GET", f"/articles/{slug}", cookie=cookie) for cookie, slug in world.pairs(count, 3)
            ],
            pids,
        ),
        "page, again": Ask(world.gateway, lambda count: (html * (count // len(html) + 1))[:count], pids),
    }


def _bearer(world: World) -> str:
    return f"Bearer {world.token('amina')}"


async def _ghosts_ways(stack: AsyncExitStack, rig: Rig, peers: Peers) -> dict[str, Ask]:
    found = await stack.enter_async_context(ghost(rig, peers, BODY))
    return {
        "Ghost's Content API": Ask(found.target, lambda _: [request("GET", found.data)], found.pids),
        "Ghost's page": Ask(found.target, lambda _: [request("GET", found.page)], found.pids),
    }


def _section(sheet: Sheet, peers: Peers) -> Section:
    section = Section(NAME, "An article is read", HOW, [sheet])
    at_64 = [f"{name}, 64" for name in (*OURS, "Ghost's Content API", "Ghost's page") if f"{name}, 64" in sheet.figures]
    section.plots = [
        bars(sheet, "per second", at_64, title="Articles read, 64 connections", unit="a second"),
        bars(sheet, "µs each", at_64, title="Processor time, 64 connections", unit="µs a request"),
    ]
    if not peers.installed:
        section.notes.append("Ghost was not installed here; `./plenary bench --setup-peers` does it.")
        return section
    for connections in (1, 64):
        theirs = ("Ghost's Content API" + f", {connections}", "µs each")
        for name in ("data, first", "data, again"):
            cheaper = sheet.ratio(theirs, (f"{name}, {connections}", "µs each"))
            section.aims.append(_cheaper(12, cheaper, f"{name}, at {connections}", "Ghost's Content API"))
        for name in PAGES:
            cheaper = sheet.ratio((f"Ghost's page, {connections}", "µs each"), (f"{name}, {connections}", "µs each"))
            section.aims.append(_cheaper(40, cheaper, f"{name}, at {connections}", "Ghost's page"))
    return section


def _cheaper(wanted: float, found: Spread, what: str, than: str) -> Aim:
    why = WHY_PAGE if what.startswith("page") else WHY_DATA
    return at_least(wanted, found, f"{what}: times cheaper in processor time than {than}", unit="×", why=why)
