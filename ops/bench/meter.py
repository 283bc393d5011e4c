"""How many decisions a second the meter makes, and what each costs in Python.

    taskset -c 0 python -m ops.bench.meter --mongodb mongodb://127.0.0.1:27117/?replicaSet=rs0

Sixty-four readers' requests are under way at any time, in this process: first the decision alone (the write that
counts), then the whole check (look up the article, know the reader, decide, sign). The database is dropped afterwards.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

import orjson
import typer

from services.metering.app import service
from services.metering.deps import Deps
from services.metering.handlers import meter
from services.metering.handlers.neighbours import remember_articles
from services.metering.model.access import Article, linger
from services.metering.model.policies import in_force
from services.metering.settings import MeteringSettings
from services.metering.store import Ask
from shared.clock import Clock
from shared.events.content import ArticlePublished
from shared.ids import new_id
from shared.inbox import Delivery
from shared.mongo import Client, connect, transact
from shared.processes import prepare
from shared.resources import Resources
from shared.tokens import FixedKeys, TokenSigner, TokenVerifier

CONNECTIONS = 64
ARTICLES = 41


def main(
    mongodb: str = "mongodb://127.0.0.1:7017/?replicaSet=rs0",
    decisions: Annotated[int, typer.Option(help="How many of each.")] = 20_000,
) -> None:
    """Measure, and print the figures."""
    asyncio.run(_measure(mongodb, decisions))


async def _measure(mongodb: str, decisions: int) -> None:
    client = connect(mongodb, app_name="bench")
    name = f"bench_{uuid.uuid4().hex[:8]}"
    try:
        deps = await _open(client, mongodb, name)
        await _publish_articles(client, deps)
        await _time("decision", decisions, _decision(deps))
        await _time("whole check", decisions, _check(deps, decisions))
    finally:
        await client.drop_database(name)
        await client.close()


async def _open(client: Client, mongodb: str, name: str) -> Deps:
    signer = TokenSigner.generate()
    settings = MeteringSettings.model_validate(
        {
            "mongodb_uri": mongodb,
            "mongodb_database": name,
            "gateway_key": "a key for the bench only",
            "signing_keys": orjson.dumps(signer.private_jwk()).decode(),
        }
    )
    keys = FixedKeys(signer.key)
    tokens = TokenVerifier(keys, issuer="bench", audience="bench", clock=Clock())
    resources = Resources(
        settings=settings, client=client, db=client[name], clock=Clock(), kafka=settings.kafka, tokens=tokens, keys=keys
    )
    deps: Deps = await prepare(service, resources)
    return deps


async def _publish_articles(client: Client, deps: Deps) -> None:
    now = datetime.now(UTC)
    events = [
        ArticlePublished(
            article_id=f"article-{number}",
            slug=f"slug-{number}",
            kind="article",
            title=f"Article {number}",
            topics=("openness", "trust"),
            regions=("asia-pacific",),
            reading_minutes=5,
            published_at=now,
            revision=1,
        )
        for number in range(ARTICLES)
    ]
    await transact(
        client,
        lambda session: remember_articles(deps, [Delivery(e, new_id(), e.key, now, session) for e in events]),
    )


def _decision(deps: Deps) -> Callable[[int], Awaitable[object]]:
    """Readers open five articles each: three are granted, two meet the wall."""
    readers = [new_id() for _ in range(4_001)]

    async def decide(number: int) -> object:
        at = deps.clock.now()
        policy = in_force(await deps.policies.all(), at)
        window = policy.window(at)
        return await deps.meters.decide(
            Ask(
                reader_id=readers[number % len(readers)],
                article=Article(id=f"article-{number % ARTICLES}", topics=("openness",), regions=("asia-pacific",)),
                window=window,
                limit=policy.limit,
                at=at,
                expires_at=linger(window, policy, at),
            )
        )

    return decide


def _check(deps: Deps, decisions: int) -> Callable[[int], Awaitable[object]]:
    now = deps.clock.now()
    cookies = [
        deps.grants.cookie(new_id(), now).partition("=")[2].partition(";")[0] for _ in range(max(1, decisions // 5))
    ]

    async def check(number: int) -> object:
        cookie = cookies[number % len(cookies)]
        asked = meter.Request(slug=f"slug-{number % ARTICLES}", member=None, cookie=cookie, address=None, peek=False)
        return await meter.check(deps, asked)

    return check


async def _time(what: str, count: int, work: Callable[[int], Awaitable[object]]) -> None:
    numbers = iter(range(count))

    async def connection() -> None:
        for number in numbers:
            await work(number)

    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what}: {count / wall:,.0f}/s at {CONNECTIONS} connections, {cpu / count * 1000:.3f} ms of Python each")


if __name__ == "__main__":
    typer.run(main)
