"""The same readers, articles and events in every run, and a topic to put them on."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from shared.envelope import Message
from shared.events.community import CommentPosted
from shared.events.content import ArticlePublished, ArticleViewed
from shared.ids import new_id
from shared.kafka import KafkaConfig

ARTICLES = 41
TOPICS = ("openness", "trust", "digital", "budgets", "procurement", "climate")
REGIONS = ("asia-pacific", "europe", "africa", "americas")
PARTITIONS = 6
"""As every topic of the catalogue has."""


def views(how_many: int, *, now: datetime | None = None, seed: int = 7) -> Iterator[ArticleViewed]:
    """Readings of the last half hour, by as many readers."""
    chance = random.Random(seed)  # noqa: S311 - the same readers and articles in every run
    now = now or datetime.now(UTC)
    for _ in range(how_many):
        yield ArticleViewed(
            view_id=new_id(),
            reader_id=str(uuid.UUID(int=chance.getrandbits(128))),
            article_id=f"article-{chance.randrange(ARTICLES)}",
            access="metered",
            topics=tuple(chance.sample(TOPICS, 3)),
            regions=tuple(chance.sample(REGIONS, 2)),
            viewed_at=now - timedelta(minutes=chance.randrange(30)),
        )


def comments(how_many: int) -> Iterator[CommentPosted]:
    """First comments, spread over the articles."""
    now = datetime.now(UTC)
    for number in range(how_many):
        yield CommentPosted(
            comment_id=new_id(),
            article_id=f"article-{number % ARTICLES}",
            author_id=f"member-{number % 1_000}",
            posted_at=now,
            revision=1,
        )


def articles(how_many: int = ARTICLES) -> list[ArticlePublished]:
    """What there is to read."""
    now = datetime.now(UTC)
    return [
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
        for number in range(how_many)
    ]


async def make_topics(kafka: KafkaConfig, *names: str) -> None:
    """Create topics of the catalogue under this prefix."""
    admin = AIOKafkaAdminClient(**kafka.client_arguments())
    await admin.start()
    try:
        await admin.create_topics([NewTopic(kafka.topic(name), PARTITIONS, 1) for name in names])
    finally:
        await admin.close()


async def put_on_kafka(kafka: KafkaConfig, messages: Iterable[Message]) -> None:
    """Write records as they are, many in a batch."""
    producer = AIOKafkaProducer(
        **kafka.client_arguments(), enable_idempotence=True, linger_ms=20, max_batch_size=256 * 1024
    )
    await producer.start()
    try:
        for message in messages:
            topic = kafka.topic(message.topic)
            await producer.send(topic, message.value, key=message.key, headers=list(message.headers))
    finally:
        await producer.stop()
