"""`growth`: the same decisions, readings and comments with 1,000, 100,000 and 1,000,000 rows behind them."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import bson
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient

from ops.bench import cores, house
from ops.bench.cost import Cost, with_ourselves
from ops.bench.latency import milliseconds
from ops.bench.sheet import Plot, Section, Sheet, at_most
from services.community import model as community
from services.community.app import service as community_service
from services.community.markdown import to_html
from services.content.app import service as content_service
from services.content.grants import Knock
from services.content.handlers import reading, writing
from services.content.model import articles
from services.content.model.content import Byline, Content
from services.metering.app import service as metering_service
from services.metering.model.access import Article, linger
from services.metering.model.policies import in_force
from services.metering.store import Ask
from shared.ids import new_id
from shared.mongo import Client, Document, ensure_indexes

if TYPE_CHECKING:
    from ops.bench.rig import Rig, Servers
    from shared.service import Service

NAME, NEEDS = "growth", "servers"
SIZES = (1_000, 100_000, 1_000_000)
CONNECTIONS = 16
WARM_SECONDS, SECONDS = 1.5, 1.0
"""Long enough to have met each of the popular once: the sizes take turns, and push each other out of the cache."""
POPULAR = 1_000
"""Articles that are read, spread over all there are: readers keep to few, and those stay in the page cache."""
WORDS = "What *we* found in Wellington is that the form was never the problem: the letter that comes with it was."
PER_DISCUSSION = 50
ROW, DISCUSSION = "rowxxxx", "discxxx"
"""Stand in a template for the row's number and for its discussion's."""
BATCH = 10_000
HOW = """\
Databases of 1,000, 100,000 and 1,000,000 meters, articles and comments, with their indexes. *decision*: any of all
readers opens one more article. *reading*: any of a thousand articles, spread over all, is opened. *page*: the 50
comments of any discussion; there are as many more discussions as there are more comments. *post*: a comment is added
to any discussion. Sixteen at a time for a second, after one and a half to warm up, in the process itself, in turns over
the sizes; the worker's process and mongod, with its quarter of a gigabyte of cache, share one core."""

WHY = """\
A million rows and their indexes do not fit into the quarter of a gigabyte that mongod may keep in memory here, so a row
that is met at random, and each index entry written beside a random one, is read from the disk first and evicts another;
a thousand rows always lie in memory. The number of rows looked at is the same."""

Work = Callable[[random.Random], Awaitable[object]]


async def measure(rig: Rig, rounds: int) -> Section:
    """In turns: each kind of work at each size."""
    sheet = Sheet("With so many rows behind", "what and rows")
    async with rig.measurement() as servers:
        for seeded in SEEDS:
            for size in SIZES:
                await cores.apart(None, _grow, servers, seeded, size)
        for _ in range(rounds):
            for kind in KINDS:
                for size in SIZES:
                    sheet.put(f"{kind}, {size:,}", await cores.apart(cores.SERVERS, _work, servers, kind, size))
    section = Section(NAME, "Growth", HOW, [sheet])
    last = SIZES[-1]
    for kind in KINDS:
        ratio = sheet.ratio((f"{kind}, {SIZES[0]:,}", "per second"), (f"{kind}, {last:,}", "per second"))
        section.aims.append(at_most(1.25, ratio, f"{kind}: times slower with {last:,} rows", unit="×", why=WHY))
    lines = {
        kind: [(float(size), sheet.spread(f"{kind}, {size:,}", "per second").median) for size in SIZES]
        for kind in KINDS
    }
    section.plots.append(Plot("Work done as rows grow", "a second", lines=lines, axis="rows", logarithmic=True))
    return section


async def _work(servers: Servers, kind: str, size: int) -> dict[str, float]:
    seeded, opened = KINDS[kind]
    async with house.opened(SEEDS[seeded][0], servers, database=_name(seeded, size)) as home:
        work = opened(home.deps, size)
        taken: list[float] = []
        await _connections(work, WARM_SECONDS, [])
        with Cost(with_ourselves(servers.pids)) as cost:
            await _connections(work, SECONDS, taken)
    cpu = (cost.cpu["python"] + cost.cpu["mongod"]) / len(taken) * 1e6
    return {"per second": len(taken) / cost.wall, **milliseconds(taken), "µs each": cpu}


async def _connections(work: Work, seconds: float, taken: list[float]) -> None:
    until = time.perf_counter() + seconds

    async def connection(number: int) -> None:
        chance = random.Random(number + time.time_ns())  # noqa: S311 - which row is asked for is no secret
        while (began := time.perf_counter()) < until:
            await work(chance)
            taken.append(time.perf_counter() - began)

    await asyncio.gather(*(connection(number) for number in range(CONNECTIONS)))


async def _grow(servers: Servers, seeded: str, size: int) -> None:
    """Fill the collection with copies of one row as the store writes it, and then build its indexes."""
    service, seed = SEEDS[seeded]
    async with house.opened(service, servers, database=f"bench_seed_{seeded}") as home:
        collection, template = await seed(home.deps)
    # A million rows and their indexes take longer than any request may.
    client: Client = AsyncMongoClient(servers.mongodb, tz_aware=True, w=1, journal=False)
    database = client[_name(seeded, size)]
    rows = _copies(template, size)
    while batch := list(itertools.islice(rows, BATCH)):
        await database[collection].insert_many(batch, ordered=False)
    await ensure_indexes(database, service.indexes, service.aggregates)
    # What was filled in is on the disk before anything is measured, and is not written under a measurement.
    await client.admin.command("fsync")
    await client.close()


def _copies(template: Document, size: int) -> Iterator[RawBSONDocument]:
    """The template with its placeholders replaced where they stand in its bytes: they are all of one length, and
    encoding a million documents anew would take as long as inserting them.
    """
    encoded = bson.encode(template)
    for n in range(size):
        numbered = encoded.replace(ROW.encode(), number(n).encode())
        yield RawBSONDocument(numbered.replace(DISCUSSION.encode(), number(n // PER_DISCUSSION).encode()))


def number(n: int) -> str:
    """The number of a row or a discussion, as long as the placeholders."""
    return f"{n:07}"


def _name(seeded: str, size: int) -> str:
    return f"bench_{seeded}_{size}"


# Meters

NOW = datetime.now(UTC)


async def _a_meter(deps: Any) -> tuple[str, Document]:
    await deps.meters.decide(await _ask(deps, f"reader-{ROW}", "article-0"))
    documents = deps.meters._meters  # noqa: SLF001 - the row as the store writes it
    template: Document = await documents.find_one({"reader_id": f"reader-{ROW}"}, {"outbox": 0, "outbox_since": 0})
    return "meters", template


async def _ask(deps: Any, reader: str, article: str) -> Ask:
    at = deps.clock.now()
    policy = in_force(await deps.policies.all(), at)
    window = policy.window(at)
    known = Article(id=article, topics=("openness", "trust"), regions=("asia-pacific",))
    return Ask(
        reader_id=reader,
        article=known,
        window=window,
        limit=policy.limit,
        at=at,
        expires_at=linger(window, policy, at),
    )


def _decide(deps: Any, size: int) -> Work:
    async def work(chance: random.Random) -> object:
        ask = await _ask(deps, f"reader-{number(chance.randrange(size))}", f"article-{chance.randrange(1, 40)}")
        return await deps.meters.decide(ask)

    return work


# Articles


async def _an_article(deps: Any) -> tuple[str, Document]:
    content = Content(
        kind="article",
        title=f"Article {ROW}",
        lead="What openness in government means to those who work there.",
        body=WORDS,
        byline=Byline(name="Ingrid Ek"),
        topics=("openness",),
        regions=("asia-pacific",),
    )
    at = deps.clock.now() - timedelta(days=1)
    draft = articles.draft(f"article-{ROW}", f"article-{ROW}", content, author_id="ingrid", at=at)
    review, _ = articles.move(draft, "review", at=at)
    approved = articles.approve(review, by="amina", at=at)
    published, _ = articles.publish(approved, await writing.prose_of(content), at=at)
    template = deps.articles.items.to_document(published.model_copy(update={"external_id": f"article-{ROW}"}))
    return "articles", template


def _read(deps: Any, size: int) -> Work:
    every = size // POPULAR

    async def work(chance: random.Random) -> object:
        return await reading.open_article(deps, f"article-{number(chance.randrange(POPULAR) * every)}", Knock())

    return work


# Comments


async def _a_comment(deps: Any) -> tuple[str, Document]:
    comment, _ = _new_comment(f"comment-{ROW}", f"article-{DISCUSSION}")
    return "comments", deps.comments.to_document(comment)


def _new_comment(id: str, article_id: str) -> tuple[community.Comment, Any]:
    return community.post(
        id=id, article_id=article_id, author_id="amina", parent=None, body=WORDS, html=to_html(WORDS), at=NOW
    )


def _page(deps: Any, size: int) -> Work:
    async def work(chance: random.Random) -> object:
        article = f"article-{number(chance.randrange(size // PER_DISCUSSION))}"
        return await deps.comments.page(article, "oldest", after=None, limit=PER_DISCUSSION + 1)

    return work


def _post(deps: Any, size: int) -> Work:
    async def work(chance: random.Random) -> object:
        comment, events = _new_comment(new_id(), f"article-{number(chance.randrange(size // PER_DISCUSSION))}")
        return await deps.comments.add(comment, events)

    return work


Seed = Callable[[Any], Awaitable[tuple[str, Document]]]
SEEDS: dict[str, tuple[Service, Seed]] = {
    "meters": (metering_service, _a_meter),
    "articles": (content_service, _an_article),
    "comments": (community_service, _a_comment),
}
KINDS: dict[str, tuple[str, Callable[[Any, int], Work]]] = {
    "decision": ("meters", _decide),
    "reading": ("articles", _read),
    "page": ("comments", _page),
    "post": ("comments", _post),
}
