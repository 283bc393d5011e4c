"""Records that the rig itself puts on topics, past every outbox: copies, poison, and whole topics read again."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition

from ops import kafka_admin
from ops.faults.ledger import Ledger
from ops.faults.platform import RigPlatform
from shared.envelope import Message, encode_event
from shared.events import Event
from shared.ids import new_id
from shared.kafka import KafkaConfig
from shared.relay import partition_of

LARGEST = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Forged:
    """An event made by the rig, under an id of its own."""

    id: str
    event: Event
    time: datetime

    @property
    def message(self) -> Message:
        """The record."""
        return encode_event(self.event, self.id, self.time)


def forged(event: Event, *, prefix: str = "") -> Forged:
    """The event under a new id."""
    return Forged(prefix + new_id(), event, datetime.now(UTC))


async def note(ledger: Ledger, scenario: str, events: Iterable[Forged]) -> None:
    """Put them into the ledger before they are sent."""
    for made in events:
        await ledger.write("intends", made.id, kind="event", scenario=scenario, type=type(made.event).__name__)


def shuffled(queues: Sequence[Sequence[Message]], chance: random.Random) -> list[Message]:
    """All messages of all queues: each queue's in order, the queues mixed."""
    tickets = [number for number, queue in enumerate(queues) for _ in queue]
    chance.shuffle(tickets)
    heads = [iter(queue) for queue in queues]
    return [next(heads[number]) for number in tickets]


def by_key(messages: Iterable[Message]) -> dict[tuple[str, bytes | None], list[Message]]:
    """The messages of each topic and key, in order."""
    sorted_out: dict[tuple[str, bytes | None], list[Message]] = defaultdict(list)
    for message in messages:
        sorted_out[message.topic, message.key].append(message)
    return sorted_out


async def put(kafka: KafkaConfig, messages: Iterable[Message]) -> list[tuple[str, int, int]]:
    """Send records as they are, each partition's in this order; returns where each lies."""
    producer = AIOKafkaProducer(
        **kafka.client_arguments(), enable_idempotence=True, acks="all", max_request_size=LARGEST, linger_ms=5
    )
    await producer.start()
    try:
        sends = []
        for m in messages:
            # Where the relay would put it, or a key's own events and the forged ones would not be in one order.
            partition = partition_of(m.key, len(await producer.partitions_for(m.topic)))
            sends.append(
                await producer.send(m.topic, key=m.key, value=m.value, headers=list(m.headers), partition=partition)
            )
        places = [await send for send in sends]
        return [(place.topic, place.partition, place.offset) for place in places]
    finally:
        await producer.stop()


def read_again(platform: RigPlatform, group: str, topic: str) -> None:
    """Have a group that is at rest begin a topic anew."""
    admin = kafka_admin.connect(platform.open_kafka)
    places = [TopicPartition(name, number, 0) for name, number in kafka_admin.end_offsets(admin, [topic])]
    answer = admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, places)])
    for future in answer.values():
        for place in future.result().topic_partitions:
            if place.error:
                raise RuntimeError(f"{group} cannot begin {topic} anew: {place.error}")
