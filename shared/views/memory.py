"""Which events were counted lately, read again from the log: after a start, too, a repetition is told by its id."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.kafka import KafkaConfig


async def counted_lately(
    kafka: KafkaConfig, positions: Mapping[tuple[int, str], int], count: int
) -> AsyncIterator[tuple[int, str]]:
    """The partition and id of the last ``count`` events of each partition of each topic, up to and including the
    position to which it is counted, in order per partition.
    """
    ends = {TopicPartition(topic, partition): offset + 1 for (partition, topic), offset in positions.items()}
    if not ends:
        return
    consumer = AIOKafkaConsumer(
        **kafka.client_arguments(), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        consumer.assign(list(ends))
        for at, first in (await consumer.beginning_offsets(list(ends))).items():
            consumer.seek(at, max(first, ends[at] - count))
        while any([await consumer.position(at) < end for at, end in ends.items()]):
            for at, records in (await consumer.getmany(timeout_ms=500)).items():
                for record in records:
                    event_id = next((value for name, value in record.headers if name == "ce_id"), None)
                    if event_id and record.offset < ends[at]:
                        yield at.partition, event_id.decode("utf-8", "replace")
    finally:
        await consumer.stop()
