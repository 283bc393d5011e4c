"""How many ``ArticleViewed`` a second a view takes on one core.

    taskset -c 0 python -m ops.bench.views --brokers 127.0.0.1:9192 --mongodb mongodb://127.0.0.1:27117/?replicaSet=rs0

Writes the events to a topic of its own first, then starts the view and times it from the first record to the last,
snapshot included. Deletes the topic, the changelog and the database afterwards. ``--plain`` times an agent of the
usual kind on the same records, for comparison.
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.clock import Clock
from shared.envelope import encode_event
from shared.events.content import ArticleViewed
from shared.ids import new_id
from shared.kafka import KafkaConfig
from shared.mongo import Database, connect
from shared.views import Count, View, ViewComponent, totals
from shared.views.faust_app import PARTITIONS

ARTICLES = 41
TOPICS = ("openness", "trust", "digital", "budgets", "procurement", "climate")
REGIONS = ("asia-pacific", "europe", "africa", "americas")


def by_topic_and_region(view: ArticleViewed) -> Iterable[Count]:
    """What trending counts: five entries a view."""
    for topic in view.topics:
        yield Count(("topic", topic, view.article_id), view.viewed_at, "views")
    for region in view.regions:
        yield Count(("region", region, view.article_id), view.viewed_at, "views")


def main(
    brokers: str = "127.0.0.1:7092",
    mongodb: str = "mongodb://127.0.0.1:7017/?replicaSet=rs0",
    records: Annotated[int, typer.Option(help="How many events.")] = 100_000,
    plain: Annotated[bool, typer.Option(help="Time a plain Faust agent too.")] = False,
) -> None:
    """Measure, and print the figures."""
    asyncio.run(_measure(brokers, mongodb, records, plain=plain))


async def _measure(brokers: str, mongodb: str, records: int, *, plain: bool) -> None:
    kafka = KafkaConfig(brokers=brokers, topic_prefix=f"bench{uuid.uuid4().hex[:8]}.")
    client = connect(mongodb, app_name="bench")
    database = client[f"bench_{uuid.uuid4().hex[:8]}"]
    try:
        await _produce(kafka, records)
        await _time_view(kafka, database, records)
        if plain:
            await _time_plain_agent(kafka, records)
    finally:
        await client.drop_database(database)
        await client.close()
        await _delete_topics(kafka)


async def _produce(kafka: KafkaConfig, records: int) -> None:
    admin = AIOKafkaAdminClient(**kafka.client_arguments())
    await admin.start()
    await admin.create_topics([NewTopic(kafka.topic(ArticleViewed.topic), PARTITIONS, 1)])
    await admin.close()
    producer = AIOKafkaProducer(**kafka.client_arguments(), linger_ms=20, max_batch_size=256 * 1024)
    await producer.start()
    chance = random.Random(7)  # noqa: S311 - the same readers and articles in every run
    now = datetime.now(UTC)
    for number in range(records):
        event = ArticleViewed(
            view_id=new_id(),
            reader_id=str(uuid.UUID(int=chance.getrandbits(128))),
            article_id=f"article-{chance.randrange(ARTICLES)}",
            access="metered",
            topics=tuple(chance.sample(TOPICS, 3)),
            regions=tuple(chance.sample(REGIONS, 2)),
            viewed_at=now - timedelta(minutes=chance.randrange(30)),
        )
        message = encode_event(event, f"{number:032x}", now)
        await producer.send(kafka.topic(message.topic), message.value, key=message.key, headers=list(message.headers))
    await producer.stop()


async def _time_view(kafka: KafkaConfig, database: Database, records: int) -> None:
    seen = _Stopwatch(records)

    def count(view: ArticleViewed) -> Iterable[Count]:
        seen.one()
        return by_topic_and_region(view)

    view = View(
        name="bench",
        events=(ArticleViewed,),
        count=count,
        fields=("dimension", "value", "article_id"),
        bucket=timedelta(hours=1),
        keep=timedelta(days=8),
    )
    component = ViewComponent(view, service="content", kafka=kafka, collection=database["trending"], clock=Clock())
    stop = asyncio.Event()
    running = asyncio.create_task(component.run(stop))
    await seen.all_there.wait()
    stop.set()
    await running
    seen.report("view, table and snapshot written")
    top = await totals(
        database["trending"],
        where={"dimension": "topic"},
        since=datetime.now(UTC) - timedelta(days=1),
        by=("value",),
        measures=("views",),
    )
    shown = sum(row["views"] for row in top)
    print(f"shown: {shown} of {records * 3}")


async def _time_plain_agent(kafka: KafkaConfig, records: int) -> None:
    import faust  # noqa: PLC0415 - only here as a yardstick

    seen = _Stopwatch(records)
    app = faust.App(
        kafka.topic("bench.plain"),
        broker=f"kafka://{kafka.brokers}",
        web_enabled=False,
        autodiscover=False,
        topic_disable_leader=True,
        datadir=f"/tmp/{uuid.uuid4().hex}",  # noqa: S108 - Faust insists on a folder of its own
    )
    topic = app.topic(kafka.topic(ArticleViewed.topic), value_type=bytes, value_serializer="raw")

    async def take(stream: faust.StreamT[bytes]) -> None:
        async for _ in stream:
            seen.one()

    app.agent(topic)(take)
    await app.start()
    await seen.all_there.wait()
    await app.stop()
    seen.report("plain agent, neither decoded nor counted")


class _Stopwatch:
    """From the first record to the end of the work, in wall time and in this process's CPU time."""

    def __init__(self, records: int) -> None:
        self.all_there = asyncio.Event()
        self._left = self._records = records
        self._started = self._cpu = 0.0

    def one(self) -> None:
        """A record came."""
        if self._left == self._records:
            self._started, self._cpu = time.perf_counter(), time.process_time()
        self._left -= 1
        if not self._left:
            self.all_there.set()

    def report(self, what: str) -> None:
        """Say how fast it was."""
        wall, cpu = time.perf_counter() - self._started, time.process_time() - self._cpu
        print(f"{what}: {self._records / wall:,.0f}/s of wall time, {self._records / cpu:,.0f}/s of CPU time")


async def _delete_topics(kafka: KafkaConfig) -> None:
    admin = AIOKafkaAdminClient(**kafka.client_arguments())
    await admin.start()
    try:
        ours = [topic for topic in await admin.list_topics() if topic.startswith(kafka.topic_prefix)]
        await admin.delete_topics(ours)
    finally:
        await admin.close()


if __name__ == "__main__":
    typer.run(main)
