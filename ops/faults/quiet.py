"""Waiting until nothing is under way any more: outboxes empty, consumers at the end, nothing parked, no mail due."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from pymongo.errors import PyMongoError

from ops import kafka_admin
from ops.faults.houses import HOUSES, service
from ops.faults.platform import RigPlatform
from ops.faults.world import Observer
from shared.faults import is_infrastructure

WITHIN = 60.0
"""What is not done by then is stuck."""


class Quiet:
    """Tells what is still under way."""

    def __init__(self, platform: RigPlatform, observer: Observer) -> None:
        self._observer = observer
        self._kafka = platform.open_kafka
        self._topics = {house: service(house).topics for house in HOUSES}

    async def settle(self, within: float = WITHIN) -> tuple[float, list[str]]:
        """Wait until nothing is under way; returns the seconds it took, and what still was when patience ended."""
        began = time.monotonic()
        while True:
            try:
                left = await self.under_way()
            except PyMongoError as error:
                if not is_infrastructure(error):
                    raise
                left = [f"mongodb does not answer ({type(error).__name__})"]
            took = time.monotonic() - began
            if not left or took > within:
                return took, left
            await asyncio.sleep(0.3)

    async def members(self, house: str) -> set[str]:
        """The ids of the members of a house's consumer group. A member that was thrown out returns under a new one."""

        def ask() -> set[str]:
            admin = kafka_admin.connect(self._kafka)
            told = admin.describe_consumer_groups([house], request_timeout=kafka_admin.TIMEOUT)[house].result()
            return {member.member_id for member in told.members}

        return await asyncio.to_thread(ask)

    async def has_members(self, house: str, *, within: float) -> None:
        """Return once the group has a member."""
        deadline = time.monotonic() + within
        while True:
            if await self.members(house) or time.monotonic() > deadline:
                return
            await asyncio.sleep(0.5)

    async def under_way(self) -> list[str]:
        """A line for each thing that is not finished."""
        left = []
        for house in HOUSES:
            database = self._observer.database(house)
            waiting = await self._observer.waiting(house)
            left += [
                f"{house}: {count} documents of {name} have events that have not left"
                for name, count in waiting.items()
            ]
            parked = await database["parked"].count_documents({"state": {"$in": ["retrying", "queued"]}})
            if parked and not await self._behind_the_dead(house):
                left.append(f"{house}: {parked} events are parked")
        left += await self._mail()
        if not left:  # The broker is asked last: it may be away.
            left += await asyncio.to_thread(self._lags)
        return left

    async def _behind_the_dead(self, house: str) -> bool:
        """Whether all that is parked waits behind dead letters, as it must until an operator has looked at them."""
        parked = self._observer.database(house)["parked"]
        dead = await parked.distinct("key", {"state": "dead"})
        others = {"state": {"$in": ["retrying", "queued"]}, "key": {"$nin": dead}}
        return await parked.count_documents(others) == 0

    async def _mail(self) -> list[str]:
        messages = self._observer.database("notifications")["messages"]
        soon = datetime.now(UTC) + timedelta(seconds=1)
        due = await messages.count_documents({"state": {"$in": ["queued", "soft"]}, "due_at": {"$lte": soon}})
        held = await messages.count_documents({"state": {"$in": ["claimed", "sending"]}})
        return [f"notifications: {due} mails are due and {held} under way"] if due or held else []

    def _lags(self) -> list[str]:
        # A new client each time: one that has met a dead broker waits ever longer before it looks again.
        admin = kafka_admin.connect(self._kafka)
        try:
            lags = {house: self._lag(admin, house) for house in HOUSES if self._topics[house]}
        except KafkaException as error:
            return [f"kafka does not answer ({error.args[0].name()})"]
        return [f"{house}: {lag} records are not read" for house, lag in lags.items() if lag]

    def _lag(self, admin: AdminClient, house: str) -> int:
        ends = kafka_admin.end_offsets(admin, self._topics[house])
        asked = ConsumerGroupTopicPartitions(house, [TopicPartition(topic, number) for topic, number in ends])
        answer = admin.list_consumer_group_offsets([asked], request_timeout=kafka_admin.TIMEOUT)
        committed = {(at.topic, at.partition): at.offset for at in answer[house].result().topic_partitions}
        return sum(max(0, end - max(0, committed.get(place, 0))) for place, end in ends.items())
