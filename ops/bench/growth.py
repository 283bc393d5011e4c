"""`growth`: the same decisions, readings and comments with 1,000, 100,000 and 1,000,000 rows behind them."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

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
from shared.mongo import Client, Database, Document, ensure_indexes

if TYPE_CHECKING:
    from ops.bench.rig import Rig, Servers
    from shared.service import Service

NAME, NEEDS = "growth", "servers"
SIZES = (1_000, 100_000, 1_000_000)
CONNECTIONS = 16
SECONDS = 1.5
POPULAR = 1_000
"""Articles that are read, spread over all there are: readers keep to few, and those stay in the page cache."""
WORDS = "What *we* found in Wellington is that the form was never the problem: the letter that comes with it was."
PER_DISCUSSION = 50
HOW = """\
Databases of 1,000, 100,000 and 1,000,000 meters, articles and comments, with their indexes. *decision*: any of all
readers opens one more article. *reading*: any of a thousand articles, spread over all, is opened. *page*: the 50
comments of any discussion; there are as many more discussions as there are more comments. *post*: a comment is added
to any discussion. Sixteen at a time for 1.5 seconds, in the process itself, in turns over the sizes; the worker's
process and mongod, with its quarter of a gigabyte of cache, share one core."""

Work = Callable[[random.Random], Awaitable[object]]


async def measure(rig: Rig, rounds: int) -> Section:
    """In turns: each kind of work at each size."""
    sheet = Sheet("With so many rows behind", "what and rows")
    async with rig.measurement() as servers:
        for kind in KINDS:
            for size in SIZES:
                await cores.apart(None, _grow, servers, kind, size)
        for _ in range(rounds):
            for kind in KINDS:
                for size in SIZES:
                    sheet.put(f"{kind}, {size:,}", await cores.apart(cores.SERVERS, _work, servers, kind, size))
    section = Section(NAME, "Growth", HOW, [sheet])
    last = SIZES[-1]
    for kind in KINDS:
        ratio = sheet.ratio((f"{kind}, {SIZES[0]:,}", "per second"), (f"{kind}, {last:,}", "per second"))
        section.aims.append(at_most(1.25, ratio, f"{kind}: times slower with {last:,} rows", unit="×"))
    lines = {
        kind: [(float(size), sheet.spread(f"{kind}, {size:,}", "per second").median) for size in SIZES]
        for kind in KINDS
    }
    section.plots.append(Plot("Work done as rows grow", "a second", lines=lines, axis="rows", logarithmic=True))
    return section


async def _work(servers: Servers, kind: str, size: int) -> dict[str, float]:
    service, _, opened = KINDS[kind]
    async with house.opened(service, servers, database=_name(kind, size)) as home:
        work = opened(home.deps, size)
        taken: list[float] = []
        await _connections(work, 0.3, [])  # It connects, and warms.
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


async def _grow(servers: Servers, kind: str, size: int) -> None:
    """Fill the collection from one row, on the server, and then build its indexes."""
    service, seed, _ = KINDS[kind]
    async with house.opened(service, servers, database=f"bench_seed_{kind}") as home:
        collection, template = await seed(home.deps)
    # A million rows and their indexes take longer than any request may.
    client: Client = AsyncMongoClient(servers.mongodb, tz_aware=True)
    database = client[_name(kind, size)]
    await _multiply(database, collection, template, size)
    await ensure_indexes(database, service.indexes, service.aggregates)
    await client.close()


async def _multiply(database: Database, collection: str, template: Document, size: int) -> None:
    """``#`` in the template's texts is the row's number, ``@`` that of its discussion."""
    steps = min(size, 1_000)
    await database["seed"].replace_one({"_id": 1}, {"_id": 1}, upsert=True)
    numbers = {"$add": [{"$multiply": ["$a", size // steps]}, "$b"]}
    pipeline: list[Document] = [
        {"$project": {"a": {"$range": [0, steps]}}},
        {"$unwind": "$a"},
        {"$project": {"a": 1, "b": {"$range": [0, size // steps]}}},
        {"$unwind": "$b"},
        {"$project": {"n": numbers}},
        {"$project": {"n": {"$toString": "$n"}, "d": {"$toString": {"$floor": {"$divide": ["$n", PER_DISCUSSION]}}}}},
        {"$replaceWith": _expression(template)},
        {"$out": collection},
    ]
    await (await database["seed"].aggregate(pipeline)).to_list()


def _expression(value: Any) -> Any:
    """The template as an aggregation expression."""
    if isinstance(value, dict):
        return {name: _expression(inner) for name, inner in value.items()} or {"$literal": {}}
    if isinstance(value, list | tuple):
        return [_expression(inner) for inner in value]
    if isinstance(value, str) and ("#" in value or "@" in value):
        return {
            "$replaceAll": {
                "input": {"$replaceAll": {"input": {"$literal": value}, "find": "#", "replacement": "$n"}},
                "find": "@",
                "replacement": "$d",
            }
        }
    return {"$literal": value}


def _name(kind: str, size: int) -> str:
    return f"bench_{kind}_{size}"


# Meters

NOW = datetime.now(UTC)


async def _a_meter(deps: Any) -> tuple[str, Document]:
    await deps.meters.decide(await _ask(deps, "reader-#", "article-0"))
    documents = deps.meters._meters  # noqa: SLF001 - the row as the store writes it
    template: Document = await documents.find_one({"reader_id": "reader-#"}, {"outbox": 0, "outbox_since": 0})
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
        ask = await _ask(deps, f"reader-{chance.randrange(size)}", f"article-{chance.randrange(1, 40)}")
        return await deps.meters.decide(ask)

    return work


# Articles


async def _an_article(deps: Any) -> tuple[str, Document]:
    content = Content(
        kind="article",
        title="Article #",
        lead="What openness in government means to those who work there.",
        body=WORDS,
        byline=Byline(name="Ingrid Ek"),
        topics=("openness",),
        regions=("asia-pacific",),
    )
    at = deps.clock.now() - timedelta(days=1)
    draft = articles.draft("article-#", "article-#", content, author_id="ingrid", at=at)
    review, _ = articles.move(draft, "review", at=at)
    approved = articles.approve(review, by="amina", at=at)
    published, _ = articles.publish(approved, await writing.prose_of(content), at=at)
    template = deps.articles.items.to_document(published.model_copy(update={"external_id": "article-#"}))
    return "articles", template


def _read(deps: Any, size: int) -> Work:
    every = size // POPULAR

    async def work(chance: random.Random) -> object:
        return await reading.open_article(deps, f"article-{chance.randrange(POPULAR) * every}", Knock())

    return work


# Comments


async def _a_comment(deps: Any) -> tuple[str, Document]:
    comment, _ = _new_comment("comment-#", "article-@")
    return "comments", deps.comments.to_document(comment)


def _new_comment(id: str, article_id: str) -> tuple[community.Comment, Any]:
    return community.post(
        id=id, article_id=article_id, author_id="amina", parent=None, body=WORDS, html=to_html(WORDS), at=NOW
    )


def _page(deps: Any, size: int) -> Work:
    async def work(chance: random.Random) -> object:
        article = f"article-{chance.randrange(size // PER_DISCUSSION)}"
        return await deps.comments.page(article, "oldest", after=None, limit=PER_DISCUSSION + 1)

    return work


def _post(deps: Any, size: int) -> Work:
    async def work(chance: random.Random) -> object:
        comment, events = _new_comment(new_id(), f"article-{chance.randrange(size // PER_DISCUSSION)}")
        return await deps.comments.add(comment, events)

    return work


Seed = Callable[[Any], Awaitable[tuple[str, Document]]]
KINDS: dict[str, tuple[Service, Seed, Callable[[Any, int], Work]]] = {
    "decision": (metering_service, _a_meter, _decide),
    "reading": (content_service, _an_article, _read),
    "page": (community_service, _a_comment, _page),
    "post": (community_service, _a_comment, _post),
}
