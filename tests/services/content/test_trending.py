"""What is read most, by topic and region: counted by Faust from the log, asked for over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from services.content.app import create_worker
from services.content.store.trending import INDEXES
from services.content.streams import TRENDING, reads
from shared.clock import Clock
from shared.envelope import encode_event
from shared.events.content import ArticleViewed
from shared.ids import new_id
from shared.mongo import Document
from shared.views import ViewComponent
from tests.services.content.conftest import NOON, House
from tests.support import assert_index_used, create_topics, eventually, running, write_messages


def viewed(article: str, reader: str, at: datetime = NOON, topics: Sequence[str] = ("digital",)) -> ArticleViewed:
    return ArticleViewed(
        view_id=new_id(),
        reader_id=reader,
        article_id=article,
        access="metered",
        topics=tuple(topics),
        regions=("europe",),
        viewed_at=at,
    )


def counted(dimension: str, value: str, article: str, at: datetime, views: int) -> Document:
    """What the view shows of one hour."""
    return {
        "_id": new_id(),
        "dimension": dimension,
        "value": value,
        "article_id": article,
        "at": at.replace(minute=0),
        "counts": {"views": views},
        "expires_at": Clock().now() + timedelta(days=1),
    }


def test_a_read_counts_everywhere_and_under_each_topic_and_region() -> None:
    counts = [count.key for count in reads(viewed("openness", "amina", topics=("digital", "open-government")))]

    assert counts == [
        ("all", "", "openness"),
        ("topic", "digital", "openness"),
        ("topic", "open-government", "openness"),
        ("region", "europe", "openness"),
    ]


async def test_readings_become_a_trend_by_way_of_kafka(house: House) -> None:
    now = Clock().now()
    house.clock.set(now)  # What is shown of long ago, MongoDB forgets by its own clock.
    await create_topics(house.deps.kafka, "content.views", partitions=6)
    openness, ferries = (await house.publish("openness"))["id"], (await house.publish("ferries"))["id"]
    views = [viewed(openness, f"reader-{n}", now) for n in range(5)]
    views += [viewed(ferries, f"reader-{n}", now) for n in range(3)]
    await write_messages(house.deps.kafka, [encode_event(view, new_id(), now) for view in views])
    (component,) = [component for component in create_worker(house.deps) if isinstance(component, ViewComponent)]

    async def trend() -> list[tuple[str, int]]:
        answer = await house.client.get("/v1/trending", params={"topic": "digital"})
        items = [(item["slug"], item["views"]) for item in answer.json()["items"]]
        return items if items == [("openness", 5), ("ferries", 3)] else []

    async with running(component):
        await eventually(trend, within=30)

    for query in ({}, {"region": "europe"}):
        answer = await house.client.get("/v1/trending", params=query)
        assert [(item["slug"], item["views"]) for item in answer.json()["items"]] == [("openness", 5), ("ferries", 3)]
    assert (await house.client.get("/v1/trending?topic=partnerships")).json()["items"] == []


async def test_the_window_is_as_long_as_asked_for(house: House) -> None:
    openness, ferries = (await house.publish("openness"))["id"], (await house.publish("ferries"))["id"]
    await house.deps.trends.collection.insert_many(
        [
            counted("all", "", openness, NOON, 2),
            counted("all", "", openness, NOON - timedelta(hours=2), 2),
            counted("all", "", ferries, NOON - timedelta(hours=3), 9),
        ]
    )

    async def trend(hours: int) -> list[tuple[str, int]]:
        answer = await house.client.get("/v1/trending", params={"hours": hours})
        assert answer.json()["hours"] == hours
        return [(item["slug"], item["views"]) for item in answer.json()["items"]]

    assert await trend(1) == [("openness", 2)]
    assert await trend(3) == [("openness", 4)]
    assert await trend(4) == [("ferries", 9), ("openness", 4)]


async def test_an_archived_article_trends_no_more(house: House) -> None:
    openness, ferries = await house.publish("openness"), await house.publish("ferries")
    await house.deps.trends.collection.insert_many(
        [counted("all", "", openness["id"], NOON, 9), counted("all", "", ferries["id"], NOON, 2)]
    )

    await house.move(openness, "archived")

    answer = await house.client.get("/v1/trending", params={"limit": 1})
    assert [item["slug"] for item in answer.json()["items"]] == ["ferries"]


@pytest.mark.parametrize("query", ["topic=digital&region=europe", "hours=169", "hours=0", "limit=51"])
async def test_what_a_trend_is_asked_wrongly_is_named(house: House, query: str) -> None:
    answer = await house.client.get(f"/v1/trending?{query}")

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "validation-failed")


async def test_a_trend_is_read_by_index(house: House) -> None:
    since = {"$gte": TRENDING.since(NOON, timedelta(days=1))}

    await assert_index_used(house.deps.trends.collection.find({"dimension": "topic", "value": "digital", "at": since}))
    assert {model.document["name"] for model in INDEXES["trending"]} == {"by_key_and_time", "expire"}
