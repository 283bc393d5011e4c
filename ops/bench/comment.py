"""`comment`: a comment posted durably, and a page of fifty read, against Isso."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ops.bench import load
from ops.bench.cost import Cost
from ops.bench.journey import World
from ops.bench.load import Target, request
from ops.bench.peers.isso import isso
from ops.bench.peers.setup import Peers
from ops.bench.sheet import Section, Sheet, at_least, at_most, bars
from services.community import model
from services.community.markdown import to_html
from services.community.store.comments import CommentStore
from shared.ids import new_id
from shared.mongo import connect

if TYPE_CHECKING:
    from ops.bench.rig import Rig

NAME, NEEDS = "comment", "platform"
CONNECTIONS = (1, 16, 64)
SECONDS = 1.0
FASTEST_POSTS, FASTEST_PAGES = 1_500, 8_000
AUTHORS = 2_000
THREADS = {"article-0": 10, "article-1": 10_000}
POSTED_TO = "article-2"
WORDS = (
    "What *we* found in Wellington is that the form was never the problem: the letter that comes with it was. "
    "See the [figures](https://example.org/figures) of the third year, and do ask the people at the counter first.\n\n"
    "Who decides how long an answer may take?"
)
HOW = """\
*post* is a comment of 60 words with an `Idempotency-Key`, by 2,000 members in turns, through the gateway: it is
answered once the majority has it, with its event in the outbox. *page of 50* is the first page of a discussion of 10
comments and of one of 10,000, by anonymous readers; *unchanged* asks with `If-None-Match`. Isso 0.14 runs as its
makers advise, under gunicorn with two workers of 32 threads, on SQLite, without its limits; it gets the same words.
Closed loop at 1, 16 and 64 connections for a second each. All servers share one core. µs are of the request's own
processes (gateway, community, mongod; gunicorn with its workers), *with events* adds what all others do about it
afterwards."""


REMARK42 = {1: 350.0, 64: 210.0}
"""µs of Remark42, in Go with a cache in memory, for a page of 50 at so many connections; it was measured on a machine
of this kind, and is not installed here."""

WHY_POST = """\
A post writes its idempotency key, its author's rate, the comment with its event, and the answer kept for a repetition;
Isso writes one row to a file of its own, keeps no answer and promises no majority. At one connection nobody shares any
of it, and content counts each comment in a transaction of its own before the next one comes."""
WHY_PAGE = """\
The page lies ready in community; what it costs is the way there, by a gateway and a service in Python."""


@dataclass(frozen=True)
class Ask:
    """One way to ask."""

    target: Target
    requests: Callable[[int], Sequence[bytes]]
    pids: dict[str, int]
    statuses: tuple[int, ...]
    most: int
    """Requests a second that are made beforehand."""


async def measure(rig: Rig, rounds: int) -> Section:
    """In turns: each way to ask, at each number of connections."""
    sheet = Sheet("Comments", "what and connections")
    world = await World.made(rig)
    await rig.platform.restart("community-api", {"COMMUNITY_COMMENTS_PER_WINDOW": "10000"})
    rig.pin_all()
    await _fill(world)
    await rig.settle()
    peers = Peers(rig.state_dir)
    async with AsyncExitStack() as stack:
        asks = await _our_ways(world)
        if peers.installed:
            asks |= await _issos_ways(stack, rig, peers)
        for ask in asks.values():
            await load.closed(ask.target, ask.requests(200), connections=4, seconds=1.0, once=True)
        for _ in range(rounds):
            for connections in CONNECTIONS:
                for name, ask in asks.items():
                    await _measure(world, sheet, name, ask, connections)
    return _section(sheet, peers)


async def _measure(world: World, sheet: Sheet, name: str, ask: Ask, connections: int) -> None:
    requests = ask.requests(int(SECONDS * ask.most))
    async with world.rig.costing() as everything:
        with Cost(ask.pids) as own:
            outcome = await load.closed(
                ask.target, requests, connections=connections, seconds=SECONDS, once=len(requests) > 1
            )
    outcome.insist(*ask.statuses)
    count = len(outcome.taken)
    columns = {**outcome.columns(), "µs each": own.total / count * 1e6}
    columns["µs with events"] = (own.total if name.startswith("Isso") else everything.total) / count * 1e6
    sheet.put(f"{name}, {connections}", columns)


async def _fill(world: World) -> None:
    """Discussions as long as they are to be, written into community's database: posting them takes a while."""
    client = connect(world.rig.platform.mongodb_uri, app_name="bench")
    store = CommentStore(client["plenary_community"])
    began = datetime.now(UTC) - timedelta(days=2)
    html = to_html(WORDS)
    for slug, comments in THREADS.items():
        documents = []
        for number in range(comments):
            comment, _ = model.post(
                id=new_id(),
                article_id=world.articles[slug],
                author_id=f"member-{number % AUTHORS}",
                parent=None,
                body=WORDS,
                html=html,
                at=began + timedelta(seconds=number),
            )
            documents.append(store.to_document(comment))
        await store.collection.insert_many(documents)
    await client.close()


async def _our_ways(world: World) -> dict[str, Ask]:
    pids = world.rig.some("gateway", "community-api", "mongod")
    body = json.dumps({"article_id": world.articles[POSTED_TO], "body": WORDS}).encode()

    def posts(count: int) -> list[bytes]:
        tokens = [f"Bearer {world.token(f'member-{number}')}" for number in range(AUTHORS)]
        return [
            request("POST", "/v1/comments", body, authorization=tokens[number % AUTHORS], idempotency_key=new_id())
            for number in range(count)
        ]

    asks = {"post": Ask(world.gateway, posts, pids, (201,), FASTEST_POSTS)}
    async with world.client() as client:
        for slug, length in THREADS.items():
            path = f"/v1/comments?article={world.articles[slug]}&limit=50"
            page = request("GET", path)
            asks[f"page of 50 out of {length:,}"] = Ask(world.gateway, _always(page), pids, (200,), FASTEST_PAGES)
            tag = (await client.get(path)).headers.get("etag")
        if tag:
            unchanged = request("GET", path, if_none_match=tag)
            asks["page, unchanged"] = Ask(world.gateway, _always(unchanged), pids, (304,), FASTEST_PAGES)
    return asks


def _always(one: bytes) -> Callable[[int], Sequence[bytes]]:
    return lambda _: [one]


async def _issos_ways(stack: AsyncExitStack, rig: Rig, peers: Peers) -> dict[str, Ask]:
    found = await stack.enter_async_context(isso(rig, peers, {**THREADS, POSTED_TO: 1}, WORDS))
    bodies = (
        json.dumps({"text": f"{WORDS} ({number})", "author": f"Reader {number}", "title": "What we found"}).encode()
        for number in range(10**9)
    )
    asks = {
        "Isso, post": Ask(
            found.target,
            lambda count: [found.post(POSTED_TO, next(bodies)) for _ in range(count)],
            found.pids,
            (201,),
            FASTEST_POSTS,
        )
    }
    for slug, length in THREADS.items():
        page = found.page(slug)
        asks[f"Isso, page of 50 out of {length:,}"] = Ask(
            found.target, _always(page), found.pids, (200,), FASTEST_PAGES
        )
    return asks


def _section(sheet: Sheet, peers: Peers) -> Section:
    section = Section(NAME, "Comments are written and read", HOW, [sheet])
    names = [row.rpartition(",")[0] for row in sheet.figures if row.endswith(", 64")]
    section.plots = [
        bars(sheet, "per second", [f"{name}, 64" for name in names], title="64 connections", unit="a second"),
        bars(sheet, "µs each", [f"{name}, 64" for name in names], title="Processor time", unit="µs a request"),
    ]
    section.aims.append(
        at_least(400, sheet.spread("post, 64", "per second"), "durable posts a second at 64", why=WHY_POST)
    )
    for connections, theirs in REMARK42.items():
        page = sheet.spread(f"page of 50 out of 10,000, {connections}", "µs each")
        wanted = f"page of 50 out of 10,000, at {connections}: twice what Remark42 took"
        section.aims.append(at_most(2 * theirs, page, wanted, unit=" µs", why=WHY_PAGE))
    if not peers.installed:
        section.notes.append("Isso was not installed here; `./plenary bench --setup-peers` does it.")
        return section
    for connections in (1, 64):
        for what, times in (("post", 3), ("page of 50 out of 10,000", 40)):
            cheaper = sheet.ratio((f"Isso, {what}, {connections}", "µs each"), (f"{what}, {connections}", "µs each"))
            wanted = f"{what}, at {connections}: times cheaper in processor time than Isso's"
            section.aims.append(
                at_least(times, cheaper, wanted, unit="×", why=WHY_POST if what == "post" else WHY_PAGE)
            )
    return section
