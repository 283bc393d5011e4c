"""All that the platform holds, so that two moments can be compared: its databases, its topics and its mailbox."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer, ConsumerRecord

from ops import kafka_admin
from services.community.app import service as community
from services.content.app import service as content
from services.content.streams import TRENDING
from services.metering.app import service as metering
from services.metering.streams import FUNNEL
from services.notifications.app import service as notifications
from shared.events import OWNERS, TOPICS
from tests.journeys.conftest import Site
from tests.support import eventually, read_topic

EVENTS = tuple(name for name in TOPICS if not name.endswith(".dead-letters"))
"""The topics that carry what happened."""

NO_EFFECTS = {"inbox", "leases", "idempotency", "limits", "rates", "networks"}
"""Collections that hold no effect of an event: which ones were seen and when (inbox), who works until when (leases),
and what only requests write and the clock forgets.
"""

GROUPS = {service.name: tuple(service.topics) for service in (content, metering, notifications, community)} | {
    f"{service.name}.views-{view.name}": tuple({event.topic for event in view.events})
    for service, view in ((content, TRENDING), (metering, FUNNEL))
}
"""Every consumer group, those of the Faust views included, and what it hears."""


@dataclass(frozen=True)
class Holdings:
    """One moment."""

    documents: dict[str, dict[Any, Any]]
    """Every document of every collection with effects, views included, by ``service.collection`` and id."""
    records: Counter[str]
    """How many records each topic has, dead letters included."""
    mails: tuple[str, ...]
    """The ids of all mails that have left."""


async def holdings(site: Site) -> Holdings:
    """What there is now."""
    documents = {}
    for owner in OWNERS:
        database = site.database(owner)
        for name in sorted(set(await database.list_collection_names()) - NO_EFFECTS):
            documents[f"{owner}.{name}"] = {row["_id"]: row async for row in database[name].find()}
    admin = kafka_admin.connect(site.platform.kafka)
    kept = await asyncio.to_thread(kafka_admin.records, admin, TOPICS)
    async with site.mailbox() as mailbox:
        listed = (await mailbox.get("/messages", params={"limit": 1000})).json()["items"]
    mails = tuple(sorted(mail["id"] for mail in listed))
    return Holdings(documents, Counter({topic: count for topic, (_, count) in kept.items()}), mails)


async def everything_said(site: Site) -> list[ConsumerRecord[bytes, bytes]]:
    """Every record on the topics of events, in order per partition."""
    topics = await asyncio.gather(*(read_topic(site.platform.kafka, topic) for topic in EVENTS))
    return [record for records in topics for record in records]


async def deliver_again(site: Site, records: Iterable[ConsumerRecord[bytes, bytes]]) -> None:
    """Put records on Kafka once more, each where it was, as a relay does that has forgotten that it sent them."""
    producer = AIOKafkaProducer(**site.platform.kafka.client_arguments(), enable_idempotence=True, acks="all")
    async with producer:
        sends = [
            await producer.send(r.topic, r.value, key=r.key, partition=r.partition, headers=list(r.headers))
            for r in records
        ]
        await asyncio.gather(*sends)


async def at_rest(site: Site, *, within: float = 60) -> None:
    """Return once everybody has handled whatever was said, nothing waits to be said, and no mail is due."""
    await eventually(lambda: _is_at_rest(site), within=within, every=0.2)


async def _is_at_rest(site: Site) -> bool:
    for owner in OWNERS:
        database = site.database(owner)
        for name in set(await database.list_collection_names()) - NO_EFFECTS:
            assert await database[name].find_one({"outbox_since": {"$exists": True}}) is None, f"{owner}.{name}"
        assert await database["parked"].find_one({"state": {"$ne": "dead"}}) is None, owner
    due = {"state": {"$in": ["queued", "soft", "claimed", "sending"]}, "due_at": {"$lte": datetime.now(UTC)}}
    assert await site.database("notifications")["messages"].find_one(due) is None
    behind = await asyncio.to_thread(_behind, site)
    assert set(behind.values()) == {0}, behind
    return True


def _behind(site: Site) -> dict[str, int | None]:
    """How many records each consumer group has yet to handle."""
    admin = kafka_admin.connect(site.platform.kafka)
    return {group: kafka_admin.lag(admin, group, topics) for group, topics in GROUPS.items()}
