"""What many tests need: waiting for what must come true, and asking MongoDB how it finds things."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar, overload

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from hypothesis import settings

from shared.envelope import Message
from shared.kafka import KafkaConfig

T = TypeVar("T")


def examples(usual: int) -> int:
    """How many a property is tried with: so many, or twenty times that in the profile ``deep``."""
    return usual * 20 if settings.get_current_profile_name() == "deep" else usual


class Component(Protocol):
    """What a worker runs."""

    async def run(self, stop: asyncio.Event) -> None: ...


@overload
async def eventually(question: Callable[[], Awaitable[T]], *, within: float = ..., every: float = ...) -> T: ...
@overload
async def eventually(question: Callable[[], T], *, within: float = ..., every: float = ...) -> T: ...
async def eventually(question: Callable[[], Any], *, within: float = 10.0, every: float = 0.02) -> Any:
    """Ask until the answer is true, and return it; fail with the last answer after ``within`` seconds.

    An ``AssertionError`` raised by the question counts as "not yet".
    """
    deadline = time.monotonic() + within
    while True:
        failure: AssertionError | None = None
        answer: Any = None
        try:
            answer = question()
            if inspect.isawaitable(answer):
                answer = await answer
            if answer:
                return answer
        except AssertionError as not_yet:
            failure = not_yet
        if time.monotonic() > deadline:
            raise failure or AssertionError(f"not true within {within} s; the last answer was {answer!r}")
        await asyncio.sleep(every)


def stages(plan: Any) -> set[str]:
    """The names of all stages in an explained plan, such as ``{"FETCH", "IXSCAN"}``."""
    if isinstance(plan, list):
        return set().union(*map(stages, plan))
    if not isinstance(plan, dict):
        return set()
    own = {plan["stage"]} if isinstance(plan.get("stage"), str) else set()
    return own.union(*map(stages, plan.values()))


async def assert_index_used(cursor: Any) -> None:
    """Fail unless MongoDB answers this ``find`` cursor from an index, without reading or sorting everything."""
    explained = await cursor.explain()
    found = stages(explained["queryPlanner"]["winningPlan"])
    assert "COLLSCAN" not in found, f"reads the whole collection: {found}"
    assert "SORT" not in found, f"sorts in memory: {found}"
    assert found & {"IXSCAN", "IDHACK", "EXPRESS_IXSCAN", "EXPRESS_IDHACK", "COUNT_SCAN", "TEXT_MATCH"}, found


async def create_topics(kafka: KafkaConfig, *names: str, partitions: int = 3) -> None:
    """Create catalogue topics under the test's prefix, and wait until the broker serves them."""
    admin = AIOKafkaAdminClient(**kafka.client_arguments())
    await admin.start()
    try:
        await admin.create_topics([NewTopic(kafka.topic(name), partitions, 1) for name in names])
        wanted = {kafka.topic(name) for name in names}

        async def served() -> bool:
            found = await admin.describe_topics(sorted(wanted))
            return all(t["error_code"] == 0 and len(t["partitions"]) == partitions for t in found)

        await eventually(served)
    finally:
        await admin.close()


async def read_topic(kafka: KafkaConfig, name: str) -> list[ConsumerRecord[bytes, bytes]]:
    """Everything a topic holds now, in order per partition."""
    topic = kafka.topic(name)
    consumer = AIOKafkaConsumer(
        topic, **kafka.client_arguments(), group_id=None, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
        ends = await consumer.end_offsets(partitions)
        records: list[ConsumerRecord[bytes, bytes]] = []
        for partition in partitions:
            await consumer.seek_to_beginning(partition)
        while any([await consumer.position(p) < ends[p] for p in partitions]):
            for found in (await consumer.getmany(timeout_ms=200)).values():
                records.extend(found)
        return records
    finally:
        await consumer.stop()


async def write_messages(kafka: KafkaConfig, messages: Iterable[Message]) -> None:
    """Put records on Kafka as they are, bypassing every outbox."""
    producer = AIOKafkaProducer(**kafka.client_arguments(), enable_idempotence=True, acks="all")
    await producer.start()
    try:
        sends = [
            await producer.send(kafka.topic(m.topic), key=m.key, value=m.value, headers=list(m.headers))
            for m in messages
        ]
        await asyncio.gather(*sends)
    finally:
        await producer.stop()


@asynccontextmanager
async def running(*components: Component) -> AsyncIterator[None]:
    """Run components beside the block, and stop them after it; what one of them raised comes out."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(component.run(stop)) for component in components]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)
