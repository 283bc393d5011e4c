"""`meter`: a first reading and a re-reading decided, against the bare conditional write."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import count, product
from typing import TYPE_CHECKING, Literal, TypeAlias

from pymongo import ReturnDocument

from ops.bench import cores, house, load
from ops.bench.cost import Cost, with_ourselves
from ops.bench.journey import World
from ops.bench.latency import milliseconds
from ops.bench.sheet import Section, Sheet, at_least, at_most, bars
from services.metering.app import service
from services.metering.model.access import Article, linger
from services.metering.model.policies import in_force
from services.metering.store import Ask
from shared.ids import new_id

if TYPE_CHECKING:
    from ops.bench.rig import Rig, Servers

NAME, NEEDS = "meter", "platform"
CONNECTIONS = (1, 16, 64)
ENDS = (1, 64)
"""Where the whole way through the gateway is asked too, of which `read` has more."""
SECONDS = 1.0
FASTEST = 4_000
"""Requests a second that may be used up at most: so many are made beforehand."""
OPEN_RATE = 300.0
EACH = 3
"""Articles that a reader opens: as many as the first policy gives."""
HOW = """\
Readers with an allowance of three open three articles each (*first*), and then the same ones again (*again*). *bare*
is PyMongo's conditional `find_one_and_update` on the same mongod with the same write concern (majority, journalled):
one write for each request, and no event. *decision* is the meter's own write, which also lays the event into the
outbox and which concurrent requests share. *API* is the gateway's question, asked of metering over HTTP: the article
looked up, the cookie verified, the decision made, the grant signed. *gateway* is the article itself through Envoy
with `ext_authz`, so content's answer and its `ArticleViewed` are in it. Closed loop at 1, 16 and 64 connections for a
second each; the open loop asks 300 times a second. Everything but the load shares one core with mongod,
and µs are of all processes together, with what they do afterwards (publishing, counting)."""

Kind: TypeAlias = Literal["first", "again"]
KINDS: tuple[Kind, ...] = ("first", "again")
Pair: TypeAlias = tuple[int, int]
"""A reader and an article, by number."""
Decide: TypeAlias = Callable[[Kind, Pair], Awaitable[object]]


async def measure(rig: Rig, rounds: int) -> Section:
    """In turns: the bare write, the decision, the API, the gateway."""
    sheets = {kind: Sheet(f"Decisions, {kind} reading", "way and connections") for kind in KINDS}
    world = await World.made(rig)
    for _ in range(rounds):
        for connections in CONNECTIONS:
            async with rig.measurement() as servers:
                for name in WAYS:
                    found = await cores.apart(cores.SERVERS, _decide, name, servers, connections)
                    for kind in KINDS:
                        sheets[kind].put(f"{name}, {connections}", found[kind])
            for name, path in DOORS.items():
                if name == "API" or connections in ENDS:
                    await _ask(world, sheets, name, path, connections)
        await _ask(world, sheets, "API", DOORS["API"], 0)
    return _section(sheets)


def _section(sheets: dict[Kind, Sheet]) -> Section:
    first = sheets["first"]
    rate = first.ratio(("decision, 64", "per second"), ("bare, 64", "per second"))
    latency = first.ratio(("decision, 1", "p50 ms"), ("bare, 1", "p50 ms"))
    aims = [
        at_least(1.5, rate, "decisions at 64 connections, over the bare write's", unit="×"),
        at_most(1.2, latency, "a decision's median at one connection, over the bare write's", unit="×"),
    ]
    section = Section(NAME, "May this reader read this article?", HOW, list(sheets.values()), aims)
    rows = [f"{name}, 64" for name in (*WAYS, *DOORS)]
    section.plots = [
        bars(sheet, "per second", rows, title=f"{sheet.title}, 64 connections", unit="a second")
        for sheet in sheets.values()
    ]
    return section


# In the process itself


async def _decide(name: str, servers: Servers, connections: int) -> dict[Kind, dict[str, float]]:
    found: dict[Kind, dict[str, float]] = {}
    async with WAYS[name](servers) as decide:
        await decide("first", (-1, 0))  # It connects.
        done: list[Pair] = []
        for kind in KINDS:
            pairs = _pairs() if kind == "first" else iter(done)
            taken: list[float] = []
            with Cost(with_ourselves(servers.pids)) as cost:
                until = time.perf_counter() + SECONDS
                asked = [_connection(decide, kind, pairs, until, taken) for _ in range(connections)]
                done = [pair for pairs_done in await asyncio.gather(*asked) for pair in pairs_done]
            cpu = (cost.cpu["python"] + cost.cpu["mongod"]) / len(taken) * 1e6
            found[kind] = {"per second": len(taken) / cost.wall, **milliseconds(taken), "µs each": cpu}
    return found


def _pairs() -> Iterator[Pair]:
    """A hundred readers open their first article, then their second, so that nobody is in two places at once."""
    for block in count(0, 100):
        for article, reader in product(range(EACH), range(block, block + 100)):
            yield reader, article


async def _connection(
    decide: Decide, kind: Kind, pairs: Iterator[Pair], until: float, taken: list[float]
) -> Sequence[Pair]:
    done = []
    for pair in pairs:
        began = time.perf_counter()
        if began >= until:
            break
        await decide(kind, pair)
        taken.append(time.perf_counter() - began)
        done.append(pair)
    return done


@asynccontextmanager
async def _bare(servers: Servers) -> AsyncIterator[Decide]:
    client = servers.client()
    meters = client[f"bench_{uuid.uuid4().hex[:8]}"]["meters"]

    async def decide(kind: Kind, pair: Pair) -> object:
        reader, article = pair
        return await meters.find_one_and_update(
            {"_id": reader, "articles": {"$ne": article}, "used": {"$lt": EACH}},
            {"$push": {"articles": article}, "$inc": {"used": 1}},
            # What was read before matches nothing; then to insert would only collide.
            upsert=kind == "first",
            return_document=ReturnDocument.AFTER,
        )

    yield decide
    await client.close()


@asynccontextmanager
async def _meter(servers: Servers) -> AsyncIterator[Decide]:
    async with house.opened(service, servers) as home:
        ids: dict[int, str] = {}
        articles = [
            Article(id=f"article-{number}", topics=("openness", "trust"), regions=("asia-pacific",))
            for number in range(EACH)
        ]

        async def decide(_kind: Kind, pair: Pair) -> object:
            reader, article = pair
            at = home.deps.clock.now()
            policy = in_force(await home.deps.policies.all(), at)
            window = policy.window(at)
            ask = Ask(
                reader_id=ids.setdefault(reader, new_id()),
                article=articles[article],
                window=window,
                limit=policy.limit,
                at=at,
                expires_at=linger(window, policy, at),
            )
            return await home.deps.meters.decide(ask)

        yield decide


WAYS = {"bare": _bare, "decision": _meter}


# Over HTTP

DOORS = {"API": "/internal/meter-check/v1/articles/", "gateway": "/v1/articles/"}


async def _ask(world: World, sheets: dict[Kind, Sheet], name: str, path: str, connections: int) -> None:
    """Ask as new readers, and then again as the same; with 0 connections in an open loop."""
    target = world.api("metering") if name == "API" else world.gateway
    wanted = int(SECONDS * (OPEN_RATE if not connections else FASTEST))
    requests = [load.request("GET", path + slug, cookie=cookie) for cookie, slug in world.pairs(wanted, EACH)]
    for kind in KINDS:
        async with world.rig.costing() as cost:
            if connections:
                outcome = await load.closed(target, requests, connections=connections, seconds=SECONDS, once=True)
            else:
                outcome = await load.opened(target, requests, rate=OPEN_RATE, seconds=SECONDS)
        outcome.insist(200)
        row = f"{name}, {connections}" if connections else f"{name}, open at {OPEN_RATE:.0f}/s"
        sheets[kind].put(row, {**outcome.columns(), "µs each": cost.total / len(outcome.taken) * 1e6})
        requests = requests[: len(outcome.taken)] * (1 if kind == "again" else 3)
