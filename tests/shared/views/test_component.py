"""Views on a real Kafka and a real MongoDB."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from faust.types import TP
from mode.utils.queues import FlowControlQueue

from ops import kafka_admin
from shared.clock import Clock
from shared.envelope import encode_event
from shared.events.content import ArticleViewed
from shared.events.metering import PaywallHit
from shared.ids import new_id
from shared.kafka import KafkaConfig
from shared.mongo import Collection, Database
from shared.views import Count, View, ViewComponent, indexes, totals
from shared.views.component import _Counting
from tests.support import assert_index_used, create_topics, eventually

NOW = Clock().now()


def by_topic(event: ArticleViewed | PaywallHit) -> Iterable[Count]:
    if event.article_id == "a-bug":
        raise ZeroDivisionError
    for topic in event.topics:
        if isinstance(event, ArticleViewed):
            yield Count((topic, event.article_id), event.viewed_at, "views")
        else:
            yield Count((topic, event.article_id), event.hit_at, "walled")


READING = View(
    name="reading",
    events=(ArticleViewed, PaywallHit),
    count=by_topic,
    fields=("topic", "article_id"),
    bucket=timedelta(hours=1),
    keep=timedelta(days=2),
    interval=0.05,
)


@pytest.fixture(autouse=True)
async def topics(kafka: KafkaConfig) -> None:
    """The two topics that the view hears."""
    await create_topics(kafka, "content.views", "metering.meters", partitions=6)


@pytest.fixture
async def shown(database: Database) -> Collection:
    await database["reading"].create_indexes(indexes("topic"))
    return database["reading"]


def viewed(reader: str, article: str, at: datetime = NOW) -> ArticleViewed:
    return ArticleViewed(
        view_id=new_id(), reader_id=reader, article_id=article, access="metered", topics=("trust",), viewed_at=at
    )


def walled(reader: str, article: str) -> PaywallHit:
    return PaywallHit(
        reader_id=reader, window="2026-07", article_id=article, used=3, limit=3, topics=("trust",), hit_at=NOW
    )


async def say(kafka: KafkaConfig, *events: ArticleViewed | PaywallHit, ids: list[str] | None = None) -> None:
    """Put events on their topics, under ``ids`` where given."""
    async with AIOKafkaProducer(**kafka.client_arguments()) as producer:
        for event, event_id in zip(events, ids or [new_id() for _ in events], strict=True):
            message = encode_event(event, event_id, NOW)
            await producer.send_and_wait(
                kafka.topic(message.topic), message.value, key=message.key, headers=list(message.headers)
            )


@asynccontextmanager
async def running(kafka: KafkaConfig, shown: Collection, clock: Clock = Clock()) -> AsyncIterator[ViewComponent]:  # noqa: B008
    component = ViewComponent(READING, service="content", kafka=kafka, collection=shown, clock=clock)
    stop = asyncio.Event()
    task = asyncio.create_task(component.run(stop))
    try:
        yield component
    finally:
        stop.set()
        await task


async def sums(shown: Collection) -> dict[str, tuple[int, int]]:
    rows = await totals(
        shown,
        where={"topic": "trust"},
        since=NOW - timedelta(days=3),
        by=("article_id",),
        measures=("views", "walled"),
    )
    return {row["article_id"]: (row["views"], row["walled"]) for row in rows}


async def shows(shown: Collection, expected: dict[str, tuple[int, int]]) -> None:
    async def as_expected() -> bool:
        assert await sums(shown) == expected
        return True

    await eventually(as_expected, within=40)  # A busy machine may take 15 s to notice that a worker has gone.


async def test_readers_of_all_partitions_are_added_up(kafka: KafkaConfig, shown: Collection) -> None:
    readers = [f"reader-{number}" for number in range(12)]

    async with running(kafka, shown):
        await say(kafka, *(viewed(reader, "open-data") for reader in readers), walled("lena", "open-data"))
        await say(kafka, viewed("lena", "budgets"))

        await shows(shown, {"open-data": (12, 1), "budgets": (1, 0)})


async def test_the_same_view_twice_counts_once(kafka: KafkaConfig, shown: Collection) -> None:
    event = viewed("lena", "open-data")

    async with running(kafka, shown):
        await say(kafka, event, event, viewed("ravi", "budgets"), ids=["one", "one", "two"])
        await say(kafka, event, viewed("ravi", "open-data"), ids=["one", "three"])

        await shows(shown, {"open-data": (2, 0), "budgets": (1, 0)})


async def test_a_restart_goes_on_where_it_stopped(kafka: KafkaConfig, shown: Collection) -> None:
    async with running(kafka, shown):
        await say(kafka, viewed("lena", "open-data"), viewed("ravi", "open-data"))
        await shows(shown, {"open-data": (2, 0)})
    await say(kafka, viewed("amara", "open-data"))

    async with running(kafka, shown):
        await shows(shown, {"open-data": (3, 0)})


async def test_the_same_view_again_after_a_restart_counts_once(kafka: KafkaConfig, shown: Collection) -> None:
    event = viewed("lena", "open-data")
    async with running(kafka, shown):
        await say(kafka, event, walled("lena", "open-data"), ids=["one", "two"])
        await shows(shown, {"open-data": (1, 1)})
    await say(kafka, event, walled("lena", "open-data"), viewed("lena", "budgets"), ids=["one", "two", "three"])

    async with running(kafka, shown):
        await say(kafka, event, viewed("lena", "trams"), ids=["one", "four"])

        await shows(shown, {"open-data": (1, 1), "budgets": (1, 0), "trams": (1, 0)})


@asynccontextmanager
async def not_fetching(kafka: KafkaConfig, shown: Collection) -> AsyncIterator[_Counting]:
    """A view that has its partitions, and whose records this test fetches itself."""
    counting = _Counting(READING, "content", kafka, shown, Clock())
    await counting.start()
    try:
        await eventually(lambda: counting.ready, within=30)
        await counting._app._fetcher.stop()
        consumer = counting._app.consumer
        assert await consumer._getmany(consumer.assignment(), 1.5) == {}  # As long as the last fetch may go on.
        yield counting
    finally:
        await counting.close()


def partitions_of(counting: _Counting, topic: str) -> set[TP]:
    return {tp for tp in counting._app.consumer.assignment() if tp.topic.endswith(topic)}


async def comes_with_the_next_fetch(counting: _Counting) -> bool:
    """Whether the first view of all is what the next fetch brings."""
    [[batch]] = (await counting._app.consumer._getmany(partitions_of(counting, "content.views"), 10.0)).values()
    return bool(batch.offset == 0)


async def test_what_nobody_asked_for_is_not_fetched_when_partitions_are_paused(
    kafka: KafkaConfig, shown: Collection
) -> None:
    async with not_fetching(kafka, shown) as counting:
        active = partitions_of(counting, "metering.meters")
        fetching = asyncio.create_task(counting._app.consumer._getmany(active, 1.0))
        await asyncio.sleep(0)
        active.clear()
        await say(kafka, viewed("lena", "open-data"))

        assert await fetching == {}
        assert await comes_with_the_next_fetch(counting)


async def test_what_was_fetched_before_a_rebalance_is_fetched_again(kafka: KafkaConfig, shown: Collection) -> None:
    async with not_fetching(kafka, shown) as counting:
        views = partitions_of(counting, "content.views")
        fetching = asyncio.create_task(counting._app.consumer._getmany(views, 10.0))
        await asyncio.sleep(0)
        counting._app.consumer_generation_id += 1
        await say(kafka, viewed("lena", "open-data"))

        assert await fetching == {}
        assert await comes_with_the_next_fetch(counting)


async def test_what_comes_to_a_fetch_that_was_given_up_is_fetched_again(kafka: KafkaConfig, shown: Collection) -> None:
    async with not_fetching(kafka, shown) as counting:
        views = partitions_of(counting, "content.views")
        fetching = asyncio.create_task(counting._app.consumer._getmany(views, 2.0))
        await asyncio.sleep(0)
        fetching.cancel()
        await say(kafka, viewed("lena", "open-data"))
        await asyncio.sleep(0.5)  # The given up fetch takes it.

        assert await comes_with_the_next_fetch(counting)


async def test_what_waits_for_the_agent_when_recovery_ends_is_counted(kafka: KafkaConfig, shown: Collection) -> None:
    counting = _Counting(READING, "content", kafka, shown, Clock())
    flow = counting._app.flow_control
    waiting = FlowControlQueue[str](flow_control=flow, clear_on_resume=True)
    waiting.put_nowait("from before the rebalance")

    flow.resume()
    assert waiting.empty()
    waiting.put_nowait("from after it")
    flow.resume()

    assert waiting.get_nowait() == "from after it"


async def test_stopping_writes_what_was_counted_last(kafka: KafkaConfig, shown: Collection) -> None:
    slow = View(**{name: getattr(READING, name) for name in READING.__slots__} | {"interval": 3600.0})
    counting = _Counting(slow, "content", kafka, shown, Clock())
    await counting.start()
    await say(kafka, viewed("lena", "open-data"))
    await eventually(lambda: counting._held, within=30)
    assert await sums(shown) == {}

    await counting.close()

    assert await sums(shown) == {"open-data": (1, 0)}


async def test_what_a_killed_worker_had_not_written_is_counted_by_the_next(
    kafka: KafkaConfig, shown: Collection
) -> None:
    killed = _Counting(READING, "content", kafka, shown, Clock())
    await killed.start()
    await say(kafka, viewed("lena", "open-data"))
    await eventually(lambda: killed._held, within=30)
    await killed.write()
    await say(kafka, viewed("lena", "budgets"))
    await eventually(lambda: killed._held, within=30)
    await killed._app.stop()  # Without a last write, as after kill -9.

    async with running(kafka, shown):
        await shows(shown, {"open-data": (1, 0), "budgets": (1, 0)})


async def test_what_was_written_and_not_committed_is_not_counted_again(kafka: KafkaConfig, shown: Collection) -> None:
    killed = _Counting(READING, "content", kafka, shown, Clock())
    killed._app.conf.broker_commit_interval = 3600.0
    await killed.start()
    await say(kafka, viewed("lena", "open-data"))
    await eventually(lambda: killed._held, within=30)
    held = list(killed._held)
    killed._held.clear()  # Written, and killed before the acknowledgement.
    await killed.write()
    await killed._app.stop()
    assert held
    assert not any(batch.message.acked for batch in held)

    async with running(kafka, shown):
        await say(kafka, viewed("lena", "open-data"))

        await shows(shown, {"open-data": (2, 0)})


async def test_a_death_between_two_records_of_the_table_counts_nothing_twice(
    kafka: KafkaConfig, shown: Collection
) -> None:
    killed = _Counting(READING, "content", kafka, shown, Clock())
    killed._app.conf.broker_commit_interval = 3600.0
    await killed.start()
    await say(kafka, viewed("lena", "open-data"), walled("lena", "open-data"))
    await eventually(lambda: len(killed._held) == 2, within=30)
    shelves, positions = killed._tallies.drain()
    counted = {topic: offset for (_, topic), offset in positions.items()}
    for shelf, entries in shelves.items():
        killed._write_shelf(shelf, entries, counted)
    # Killed before the record that tells how far the partition is counted.
    await killed._app.stop()

    async with running(kafka, shown):
        await say(kafka, viewed("lena", "open-data"))

        await shows(shown, {"open-data": (2, 1)})


async def test_a_commit_that_failed_is_made_up_for_without_another_event(
    kafka: KafkaConfig, shown: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = _Counting(READING, "content", kafka, shown, Clock())
    counting._app.conf.broker_commit_interval = 0.1
    await counting.start()
    await eventually(lambda: counting.ready, within=30)
    consumer = counting._app.consumer
    commit, failures = consumer._commit, iter([False])

    async def commit_later(offsets: Mapping[Any, int]) -> bool:
        return next(failures, True) and await commit(offsets)

    monkeypatch.setattr(consumer, "_commit", commit_later)  # As the driver answers while the group is just changing.
    await say(kafka, viewed("lena", "open-data"))
    await eventually(lambda: counting._held, within=30)
    await counting.write()

    admin = kafka_admin.connect(kafka)
    group, topics = counting._app.conf.id, [kafka.topic("content.views")]
    await eventually(lambda: kafka_admin.lag(admin, group, topics) == 0, within=30)
    assert next(failures, True), "no commit has failed"
    await counting.close()


async def test_two_workers_share_the_partitions(kafka: KafkaConfig, shown: Collection) -> None:
    async with running(kafka, shown) as first:
        await eventually(lambda: first.ready, within=30)
        await say(kafka, *(viewed(f"reader-{number}", "open-data") for number in range(20)))
        async with running(kafka, shown) as second:
            await eventually(lambda: second.ready, within=60)
            await say(kafka, *(viewed(f"reader-{number}", "open-data") for number in range(20)))

            await shows(shown, {"open-data": (40, 0)})
        await say(kafka, *(viewed(f"reader-{number}", "open-data") for number in range(20)))

        await shows(shown, {"open-data": (60, 0)})


async def test_poison_stops_nothing(kafka: KafkaConfig, shown: Collection) -> None:
    async with AIOKafkaProducer(**kafka.client_arguments()) as producer:
        headers = [("ce_type", ArticleViewed.type.encode())]
        for value in (b"{", b"null", b"\xff" * 1000, None):
            await producer.send_and_wait(kafka.topic("content.views"), value, key=b"lena", headers=headers)
        await producer.send_and_wait(kafka.topic("content.views"), b"no headers", key=b"lena")

    async with running(kafka, shown):
        await say(kafka, viewed("lena", "a-bug"), viewed("lena", "open-data"))

        await shows(shown, {"open-data": (1, 0)})


async def test_a_snapshot_that_was_lost_is_shown_again_after_a_restart(kafka: KafkaConfig, shown: Collection) -> None:
    async with running(kafka, shown):
        await say(kafka, viewed("lena", "open-data"))
        await shows(shown, {"open-data": (1, 0)})
    await shown.delete_many({})

    async with running(kafka, shown):
        await shows(shown, {"open-data": (1, 0)})


async def test_what_has_grown_too_old_is_no_longer_shown(
    kafka: KafkaConfig, shown: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.views.component.PRUNE_EVERY", 1)
    async with running(kafka, shown):
        await say(kafka, viewed("lena", "old-news", NOW - timedelta(days=1)), viewed("lena", "open-data"))
        await shows(shown, {"old-news": (1, 0), "open-data": (1, 0)})

    async with running(kafka, shown, Clock(timedelta(days=1, hours=3))):
        await shows(shown, {"open-data": (1, 0)})


async def test_a_view_creates_nothing_outside_its_own_name(kafka: KafkaConfig, shown: Collection) -> None:
    async with running(kafka, shown) as view:
        await eventually(lambda: view.ready, within=30)

        admin = AIOKafkaAdminClient(**kafka.client_arguments())
        await admin.start()
        topics = {name for name in await admin.list_topics() if name.startswith(kafka.topic_prefix)}
        await admin.close()
        assert topics == {
            kafka.topic(name) for name in ("content.views", "metering.meters", "content.views-reading-counts-changelog")
        }


async def test_sums_are_read_from_the_index(shown: Collection) -> None:
    assert (await shown.index_information()).keys() >= {"by_key_and_time", "expire"}

    await assert_index_used(shown.find({"topic": "trust", "at": {"$gte": datetime(2026, 7, 1, tzinfo=UTC)}}))
