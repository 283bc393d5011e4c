"""Seeing what a step causes: its events on Kafka, and when each service that hears them has applied them."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.util
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from ops.embedded.platform import Platform
from ops.troubles import Exit, Trouble
from shared.envelope import Envelope, Undecodable, UnknownType, decode
from shared.events import CATALOGUE, OWNERS, TOPICS
from shared.inbox import Handler, Hearing, concerned
from shared.mongo import connect
from shared.trace import parse
from shared.views import View

PATIENCE_SECONDS = 20.0
"""For an event to come and to be applied; both usually take some hundredths. A mail may wait for a slow first start."""

LOOK_SECONDS = 0.02

FORGET = "Forget"
"""What a tombstone is called here: the compacted topic is to forget its key."""


@dataclass
class Heard:
    """An event as it came, and who has applied it."""

    name: str
    id: str
    topic: str
    at: datetime
    """When it became true."""
    hears: tuple[str, ...]
    """The services that have a handler for it."""
    views: tuple[str, ...]
    """The views that count it. They keep numbers and not events, so when they did cannot be told."""
    reactions: dict[str, float] = field(default_factory=dict)
    """Seconds from then until a service had applied it."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The services that have yet to apply it."""
        return tuple(service for service in self.hears if service not in self.reactions)

    def as_data(self) -> dict[str, Any]:
        """For programs."""
        return {
            "name": self.name,
            "id": self.id,
            "topic": self.topic,
            "at": self.at.isoformat(),
            "reactions": [
                {"service": service, "after_ms": round(seconds * 1000, 1)}
                for service, seconds in sorted(self.reactions.items(), key=lambda reaction: reaction[1])
            ],
            "views": list(self.views),
        }


class Watch:
    """Listens to every topic from now on; use it with ``async with``."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._audience = Audience()
        self._heard: dict[str, list[Heard]] = defaultdict(list)
        self._mongodb = connect(platform.mongodb_uri, app_name="tour")
        names = [topic for topic in TOPICS if not topic.endswith(".dead-letters")]
        self._consumer = AIOKafkaConsumer(*names, **platform.kafka.client_arguments(), group_id=None)
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._consumer.start()
            await self._consumer.seek_to_end()
        except KafkaError:
            raise Trouble("Kafka does not answer", "./plenary status shows why", code=Exit.NOT_RUNNING) from None
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listening:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
        await self._consumer.stop()
        await self._mongodb.close()

    async def all_that_follows(self, trace_id: str, causes: Iterable[str]) -> list[Heard]:
        """Every event of a trace, in the order in which they became true, once all that must follow has come and has
        been applied by whoever hears it.
        """
        expected = Counter(causes)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            heard = self._heard[trace_id]
            await self._note_reactions(heard)
            lacking = expected - Counter(each.name for each in heard)
            late = [each for each in heard if each.missing]
            if not lacking and not late:
                return sorted(heard, key=lambda each: each.at)
            if time.monotonic() > deadline:
                raise self._trouble(lacking, late)
            await asyncio.sleep(LOOK_SECONDS)

    def _trouble(self, lacking: Counter[str], late: list[Heard]) -> Trouble:
        if self._listening and self._listening.done() and not self._listening.cancelled():
            return Trouble("Kafka cannot be read any more", "./plenary status shows why", code=Exit.FAILED)
        if lacking:
            name = next(iter(lacking))
            owner = self._audience.owner(name)
            return Trouble(
                f"{name} did not come within {PATIENCE_SECONDS:.0f} s",
                f"{owner} says it: see ./plenary logs {owner}-worker, and ./plenary dead list",
                code=Exit.FAILED,
            )
        (service, *_), name = late[0].missing, late[0].name
        return Trouble(
            f"{service} has not applied {name} within {PATIENCE_SECONDS:.0f} s",
            f"see ./plenary dead list {service}, and ./plenary logs {service}-worker",
            code=Exit.FAILED,
        )

    async def _listen(self) -> None:
        async for record in self._consumer:
            try:
                envelope = decode(record.topic, record.key, record.value, record.headers, place="")
            except (Undecodable, UnknownType):
                continue
            if step := parse(envelope.traceparent):
                self._heard[step.trace_id].append(self._audience.heard(record.topic, envelope))

    async def _note_reactions(self, heard: list[Heard]) -> None:
        for service in OWNERS:
            waiting = {each.id: each for each in heard if service in each.missing}
            if not waiting:
                continue
            inbox = self._mongodb[f"plenary_{service}"]["inbox"]
            async for row in inbox.find({"_id": {"$in": list(waiting)}}):
                each = waiting[row["_id"]]
                each.reactions[service] = max(0.0, (row["at"].astimezone(UTC) - each.at).total_seconds())


class Audience:
    """Who hears which event, from the services' own tables."""

    def __init__(self) -> None:
        self._handlers: dict[str, dict[str, Handler | Hearing]] = defaultdict(dict)
        self._tombstones: dict[str, list[str]] = defaultdict(list)
        self._views: dict[str, list[str]] = defaultdict(list)
        self._owners = {event.__name__: event.owner for event in CATALOGUE.values()} | {FORGET: "accounts"}
        for service in OWNERS:
            consumers = _module(f"services.{service}.consumers")
            for event, handler in getattr(consumers, "TABLE", {}).items():
                self._handlers[event.type][service] = handler
            for topic in getattr(consumers, "TOMBSTONES", ()):
                self._tombstones[topic].append(service)
            for view in vars(_module(f"services.{service}.streams") or object).values():
                if isinstance(view, View):
                    for event in view.events:
                        self._views[event.type].append(view.name)

    def heard(self, topic: str, envelope: Envelope) -> Heard:
        """The event, with whoever should react to it."""
        event = envelope.event
        if event is None:
            return Heard(FORGET, envelope.id, topic, envelope.time, tuple(self._tombstones[topic]), ())
        handlers = self._handlers[envelope.type]
        hears = tuple(service for service, handler in handlers.items() if concerned(handler, event))
        name, views = type(event).__name__, tuple(self._views[envelope.type])
        return Heard(name, envelope.id, topic, envelope.time, hears, views)

    def owner(self, name: str) -> str:
        """Who says events of this name."""
        return self._owners[name]


def _module(name: str) -> Any:
    """The module, or None where the service has no such room."""
    return importlib.import_module(name) if importlib.util.find_spec(name) else None
