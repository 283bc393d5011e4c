"""Who may do what on the real servers: each service its own, and nobody another's."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError
from aiokafka.errors import KafkaError as AIOKafkaError
from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)
from pymongo.errors import OperationFailure

from ops import kafka_admin, mongo_admin
from ops.embedded.platform import Platform
from shared.events import OWNERS
from shared.kafka import KafkaConfig
from shared.mongo import connect

UNAUTHORIZED = 13


async def say(access: KafkaConfig, topic: str) -> None:
    """Try to publish one record."""
    producer = AIOKafkaProducer(**access.client_arguments(), enable_idempotence=True)
    try:
        await producer.start()
        await producer.send_and_wait(topic, b"{}", key=b"ann")
    finally:
        await producer.stop()


async def hear(access: KafkaConfig, topic: str, group: str | None = None) -> None:
    """Try to join a consumer group, the principal's own unless told otherwise, and to read a topic in it."""
    consumer = AIOKafkaConsumer(topic, group_id=group or access.username, **access.client_arguments())
    try:
        await consumer.start()
        await consumer.getmany(timeout_ms=200)
    finally:
        await consumer.stop()


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(TopicAuthorizationFailedError):
        yield


async def test_contents_principal_cannot_publish_an_event_of_accounts(platform: Platform) -> None:
    content = platform.principal("content")

    with refused():
        await say(content, "accounts.members")


@pytest.mark.parametrize("service", OWNERS)
async def test_every_service_publishes_its_own_events_and_none_of_the_others(platform: Platform, service: str) -> None:
    plan = platform.topology.service(service)
    others = next(topic.name for topic in platform.topology.topics if topic.name not in plan.writes)

    await say(platform.principal(service), f"{service}.dead-letters")

    with refused():
        await say(platform.principal(service), others)


async def test_who_is_who_is_read_by_those_who_write_to_people_and_by_nobody_else(platform: Platform) -> None:
    for service in ("content", "metering"):
        with refused():
            await hear(platform.principal(service), "accounts.contacts")


async def test_a_service_cannot_join_another_services_consumer_group(platform: Platform) -> None:
    content = platform.principal("content")

    await hear(content, "content.dead-letters")

    with pytest.raises(GroupAuthorizationFailedError):
        await hear(content, "content.dead-letters", group="metering")


async def test_views_keep_their_changelog_under_their_own_services_name(platform: Platform) -> None:
    metering = kafka_admin.connect(platform.principal("metering"))
    name = f"metering.views-funnel-{uuid.uuid4().hex[:8]}-changelog"

    made = metering.create_topics([NewTopic(name, 1, 1)])
    made[name].result(timeout=10)
    foreign = metering.create_topics([NewTopic("content.views-trending-changelog", 1, 1)])

    with pytest.raises(KafkaException, match="AUTHORIZATION"):
        foreign["content.views-trending-changelog"].result(timeout=10)


async def test_nobody_gets_in_without_the_password(platform: Platform) -> None:
    stranger = KafkaConfig(platform.kafka.brokers, "SASL_PLAINTEXT", "content", "guessed")

    producer = AIOKafkaProducer(**stranger.client_arguments())

    with pytest.raises(AIOKafkaError):
        await producer.start()
    await producer.stop()


async def test_a_right_that_is_no_longer_declared_is_withdrawn(platform: Platform) -> None:
    admin = kafka_admin.connect(platform.kafka)
    granted_by_hand = AclBinding(
        ResourceType.TOPIC,
        "accounts.contacts",
        ResourcePatternType.LITERAL,
        "User:content",
        "*",
        AclOperation.READ,
        AclPermissionType.ALLOW,
    )
    admin.create_acls([granted_by_hand])[granted_by_hand].result(timeout=10)

    kafka_admin.set_acls(admin, platform.topology.services)

    with refused():
        await hear(platform.principal("content"), "accounts.contacts")


async def test_creating_everything_again_creates_nothing(platform: Platform) -> None:
    admin = kafka_admin.connect(platform.kafka)

    created = kafka_admin.create_topics(admin, platform.topology.topics)
    kafka_admin.set_acls(admin, platform.topology.services)

    assert created == []


async def test_meterings_user_cannot_read_contents_database(platform: Platform) -> None:
    async with connect(platform.service_mongodb_uri("metering"), app_name="tests") as client:
        with pytest.raises(OperationFailure) as refusal:
            await client["plenary_content"]["articles"].find_one({})

    assert refusal.value.code == UNAUTHORIZED


@pytest.mark.parametrize("service", OWNERS)
async def test_every_service_reads_and_writes_its_own_database_and_no_other(platform: Platform, service: str) -> None:
    others = [plan.database for plan in platform.topology.services if plan.name != service]
    async with connect(platform.service_mongodb_uri(service), app_name="tests") as client:
        own = client[platform.topology.service(service).database]

        await own["notes"].insert_one({"_id": "ann"})
        found = await own["notes"].find_one_and_delete({"_id": "ann"})

        assert found == {"_id": "ann"}
        for database in [*others, "admin", "local"]:
            with pytest.raises(OperationFailure) as refusal:
                await client[database]["notes"].insert_one({"_id": "ann"})
            assert refusal.value.code == UNAUTHORIZED


async def test_the_database_asks_everybody_who_they_are(platform: Platform) -> None:
    address = f"mongodb://127.0.0.1:{platform.ports['mongod']}/?directConnection=true"
    async with connect(address, app_name="tests") as client:
        with pytest.raises(OperationFailure) as refusal:
            await client["plenary_content"]["articles"].find_one({})

    assert refusal.value.code == UNAUTHORIZED


def test_a_services_address_keeps_the_hosts_and_options_of_the_administrators(platform: Platform) -> None:
    plan = platform.topology.service("metering")

    address = mongo_admin.service_uri("mongodb://root:s@a:1,b:2/?replicaSet=rs0&authSource=admin&tls=true", plan, "p/w")

    assert address == "mongodb://metering:p%2Fw@a:1,b:2/?replicaSet=rs0&tls=true&authSource=plenary_metering"
