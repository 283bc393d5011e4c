"""What the super user does on Kafka: topics, principals, access lists, lag. Every function may be called again."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from ops.topology import Acl, ServicePlan, TopicPlan
from ops.troubles import Trouble
from shared.kafka import KafkaConfig

TIMEOUT = 20.0
EARLIEST: OffsetSpec = OffsetSpec.earliest()  # type: ignore[no-untyped-call]
LATEST: OffsetSpec = OffsetSpec.latest()  # type: ignore[no-untyped-call]
SCRAM_ITERATIONS = 8192
"""Kafka's own default for SCRAM-SHA-512 is its minimum, 4096; the passwords are 256 random bits anyway."""


def client_settings(config: KafkaConfig) -> dict[str, Any]:
    """The same access as librdkafka spells it."""
    settings: dict[str, Any] = {"bootstrap.servers": config.brokers, "security.protocol": config.security}
    if config.security.startswith("SASL"):
        settings |= {
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": config.username,
            "sasl.password": config.password,
        }
    return settings


def connect(config: KafkaConfig) -> AdminClient:
    """A client for administration. What librdkafka complains of on the way to an answer is not shown."""
    return AdminClient({**client_settings(config), "socket.timeout.ms": 10_000}, logger=quiet_logger())


def quiet_logger() -> logging.Logger:
    """For librdkafka, which otherwise writes to standard error."""
    return logging.Logger("librdkafka", logging.CRITICAL)  # noqa: LOG001 - private: nobody configures it


def reachable(config: KafkaConfig) -> bool:
    """Whether the cluster answers within a second."""
    try:
        return bool(connect(config).list_topics(timeout=1.0).brokers)
    except KafkaException:
        return False


def create_topics(admin: AdminClient, topics: Iterable[TopicPlan], prefix: str = "", replication: int = 1) -> list[str]:
    """Create what is missing, and bring the rest up to the plan. Returns the names of the new ones."""
    plans = {prefix + topic.name: topic for topic in topics}
    existing = admin.list_topics(timeout=TIMEOUT).topics
    missing = [
        NewTopic(name, num_partitions=plan.partitions, replication_factor=replication, config=plan.config)
        for name, plan in plans.items()
        if name not in existing
    ]
    if missing:
        _wait(admin.create_topics(missing, request_timeout=TIMEOUT), {KafkaError.TOPIC_ALREADY_EXISTS})
    known = {name: plan for name, plan in plans.items() if name in existing}
    fewer = [
        NewPartitions(name, plan.partitions)
        for name, plan in known.items()
        if len(existing[name].partitions) < plan.partitions
    ]
    if fewer:
        _wait(admin.create_partitions(fewer, request_timeout=TIMEOUT))
    if known:
        _wait(admin.incremental_alter_configs([_config(name, plan) for name, plan in known.items()]))
    return [topic.topic for topic in missing]


def _config(name: str, plan: TopicPlan) -> ConfigResource:
    entries = [
        ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET) for key, value in plan.config.items()
    ]
    return ConfigResource(ConfigResource.Type.TOPIC, name, incremental_configs=entries)


def create_principals(admin: AdminClient, passwords: Mapping[str, str]) -> None:
    """Give each principal its SCRAM-SHA-512 password."""
    info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, SCRAM_ITERATIONS)
    _wait(
        admin.alter_user_scram_credentials(
            [UserScramCredentialUpsertion(name, info, password.encode()) for name, password in passwords.items()]
        )
    )


def set_acls(admin: AdminClient, services: Iterable[ServicePlan], prefix: str = "") -> None:
    """Make each principal's access list what the plan says: grant what is missing, withdraw what is too much.

    Returns once the broker goes by it, and so by everything that was asked of the controller before.
    """
    for service in services:
        wanted = {_binding(acl, prefix) for acl in service.acls}
        present = _present(admin, service)
        if missing := wanted - present:
            _wait(admin.create_acls(sorted(missing, key=str), request_timeout=TIMEOUT))
        if surplus := present - wanted:
            _wait(admin.delete_acls([_exactly(binding) for binding in surplus], request_timeout=TIMEOUT))
        deadline = time.monotonic() + TIMEOUT
        while _present(admin, service) != wanted:
            if time.monotonic() > deadline:
                raise Trouble(f"Kafka has not taken {service.name}'s access list within {TIMEOUT:.0f} s", "try again")
            time.sleep(0.05)


def _present(admin: AdminClient, service: ServicePlan) -> set[AclBinding]:
    return set(admin.describe_acls(_all_of(service.principal), request_timeout=TIMEOUT).result())


def _binding(acl: Acl, prefix: str) -> AclBinding:
    return AclBinding(
        ResourceType[acl.resource.upper()],
        prefix + acl.name,
        ResourcePatternType[acl.pattern.upper()],
        f"User:{acl.principal}",
        "*",
        AclOperation[acl.operation.upper()],
        AclPermissionType.ALLOW,
    )


def _all_of(principal: str) -> AclBindingFilter:
    anything: Any = None  # The filter's own types leave out that a name or a host may be any.
    return AclBindingFilter(
        ResourceType.ANY,
        anything,
        ResourcePatternType.ANY,
        f"User:{principal}",
        anything,
        AclOperation.ANY,
        AclPermissionType.ANY,
    )


def _exactly(binding: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        binding.restype,
        binding.name,
        binding.resource_pattern_type,
        binding.principal,
        binding.host,
        binding.operation,
        binding.permission_type,
    )


def lag(admin: AdminClient, group: str, topics: Iterable[str] = ()) -> int | None:
    """How many records a consumer group has yet to read; None if there is no such group.

    Of ``topics``, partitions that it has not read from yet count from their beginning; without them nobody knows that
    the group is to read those.
    """
    answer = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)], request_timeout=TIMEOUT)
    try:
        committed = answer[group].result().topic_partitions
    except KafkaException as error:
        if error.args[0].code() == KafkaError.GROUP_ID_NOT_FOUND:
            return None
        raise
    read = {(at.topic, at.partition): int(at.offset) for at in committed if at.offset >= 0}
    unread = [at for at in _partitions(admin, topics) if at not in read]
    if not read and not unread:
        return None
    latest = _offsets(admin, [*read, *unread], LATEST)
    read |= _offsets(admin, unread, EARLIEST)
    return sum(max(0, latest[at] - offset) for at, offset in read.items())


def _partitions(admin: AdminClient, topics: Iterable[str]) -> list[tuple[str, int]]:
    listed = admin.list_topics(timeout=TIMEOUT).topics
    return [(name, number) for name in topics if name in listed for number in listed[name].partitions]


def _offsets(admin: AdminClient, partitions: list[tuple[str, int]], spec: OffsetSpec) -> dict[tuple[str, int], int]:
    if not partitions:
        return {}
    asked = admin.list_offsets({TopicPartition(*at): spec for at in partitions}, request_timeout=TIMEOUT)
    return {(at.topic, at.partition): int(future.result().offset) for at, future in asked.items()}


def end_offsets(admin: AdminClient, topics: Iterable[str]) -> dict[tuple[str, int], int]:
    """Where each partition of these topics ends."""
    return _offsets(admin, _partitions(admin, topics), LATEST)


def records(admin: AdminClient, topics: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Per topic: how many partitions it has, and how many records were ever written to it and are still kept."""
    last = end_offsets(admin, topics)
    partitions = list(last)
    if not partitions:
        return {}
    first = _offsets(admin, partitions, EARLIEST)
    found: dict[str, tuple[int, int]] = {}
    for name, number in partitions:
        count, kept = found.get(name, (0, 0))
        found[name] = (count + 1, kept + last[name, number] - first[name, number])
    return found


def _wait(futures: dict[Any, Any], harmless: Iterable[int] = ()) -> None:
    for future in futures.values():
        try:
            future.result(timeout=TIMEOUT)
        except KafkaException as error:
            if error.args[0].code() not in harmless:
                raise
