"""Making again from the log what a service keeps, and seeing whether the two are equal (the ``rebuild`` command).

A rebuild compares what is kept with what the log tells, and mends what differs unless it is a dry run. It forgets
nothing: topics keep a week, so what the log no longer holds stands as it is. It is safe while events keep coming.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import orjson
from pymongo.errors import BulkWriteError, DuplicateKeyError

from shared import logs
from shared.envelope import Envelope, Undecodable, UnknownType, decode
from shared.events import Event
from shared.kafka import KafkaConfig
from shared.mongo import Client, Session, transact

if TYPE_CHECKING:
    from shared.service import Service
    from shared.settings import ServiceSettings

SHOWN = 100
"""Differences that are told one by one; of any beyond these only the number."""

PAUSES = (0.1, 0.3, 1.0, 3.0, 8.0)
"""Seconds between tries: longer together than a worker that was killed in a transaction holds what it has written."""

DIFFERENT = 1
"""The exit code of a dry run that found differences."""


@dataclass
class Findings:
    """What a rebuild found."""

    compared: int = 0
    """How many things were compared."""
    different: int = 0
    differences: list[dict[str, Any]] = field(default_factory=list)
    """The first of them, each with what is ``kept`` and what the ``log`` tells."""

    def differs(self, *, kept: Any, log: Any, **what: Any) -> None:
        """Note one difference."""
        self.different += 1
        if len(self.differences) < SHOWN:
            self.differences.append({**what, "kept": kept, "log": log})


T = TypeVar("T")

Log: TypeAlias = AsyncIterator[Envelope]

Rebuild: TypeAlias = Callable[[Any, Log, bool], Awaitable[Findings]]
"""Compares what is kept with the log, and mends it unless the last argument, ``dry``, is true. The first is the
service's deps.
"""


@dataclass(frozen=True, slots=True)
class Rebuildable:
    """One thing that can be made again from the log."""

    events: tuple[type[Event], ...]
    """What it is made of."""
    rebuild: Rebuild


def run(service: Service, settings: ServiceSettings, rebuildable: Rebuildable, what: str, *, dry: bool) -> int:
    """Rebuild it, print what was found, and return the exit code."""
    logs.configure(service.name, "rebuild", settings.log_level, stream=sys.stderr)
    findings = asyncio.run(_run(service, settings, rebuildable, dry=dry))
    answer = {"what": what, "dry_run": dry, **vars(findings)}
    print(orjson.dumps(answer, option=orjson.OPT_UTC_Z).decode())  # noqa: T201 - for whoever asked
    return DIFFERENT if dry and findings.different else 0


async def _run(service: Service, settings: ServiceSettings, rebuildable: Rebuildable, *, dry: bool) -> Findings:
    from shared.resources import open_resources  # noqa: PLC0415 - a service's app imports this module, at every start

    resources = open_resources(settings, role="rebuild")
    try:
        deps = await service.open(resources)
        try:
            async with aclosing(told(resources.kafka, rebuildable.events)) as log:
                return await rebuildable.rebuild(deps, log, dry)
        finally:
            if service.close is not None:
                await service.close(deps)
    finally:
        await resources.close()


async def undisturbed(client: Client, work: Callable[[Session], Awaitable[T]]) -> T:
    """Run ``work`` in a transaction, again after a while when a worker is just making what it was about to make."""
    for pause in (*PAUSES, None):
        try:
            return await transact(client, work)
        except (BulkWriteError, DuplicateKeyError):
            if pause is None:
                raise
            await asyncio.sleep(pause)
    raise AssertionError("unreachable: the last try returns or raises")


async def told(kafka: KafkaConfig, events: tuple[type[Event], ...]) -> AsyncGenerator[Envelope]:
    """Every event of these types that the log holds now, in order per key.

    What cannot be decoded is passed over: it had no effect either.
    """
    from aiokafka import AIOKafkaConsumer, TopicPartition  # noqa: PLC0415 - APIs do without

    topics = sorted({kafka.topic(event.topic) for event in events})
    consumer = AIOKafkaConsumer(
        *topics, **kafka.client_arguments(), group_id=None, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        ends = await consumer.end_offsets(
            [TopicPartition(topic, n) for topic in topics for n in consumer.partitions_for_topic(topic) or ()]
        )
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    envelope = _decoded(kafka, record)
                    if envelope is not None and isinstance(envelope.event, events):
                        yield envelope
    finally:
        await consumer.stop()


def _decoded(kafka: KafkaConfig, record: Any) -> Envelope | None:
    try:
        return decode(kafka.catalogue_topic(record.topic), record.key, record.value, record.headers, place="")
    except (Undecodable, UnknownType):
        return None
