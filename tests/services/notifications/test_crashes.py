"""A real worker process, killed at named points: no mail is sent twice, and what nobody knows is counted."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from services.notifications.app import service
from shared.envelope import encode
from shared.kafka import KafkaConfig
from shared.outbox import entry
from tests.doors import GATEWAY_KEY
from tests.services.notifications.conftest import House
from tests.services.notifications.world import AROHA, DAY, HOUR, contact, joined, proof, registered, webinar
from tests.support import create_topics, eventually, read_topic, write_messages


@pytest.fixture
async def topics(kafka: KafkaConfig) -> KafkaConfig:
    """The broker with every topic that the service hears or speaks on."""
    await create_topics(kafka, *service.topics, "notifications.outcomes", "notifications.dead-letters", partitions=1)
    return kafka


@pytest.fixture
def now(house: House) -> datetime:
    """The true time: a worker process goes by the clock of its machine."""
    today = datetime.now(UTC).replace(microsecond=0)
    house.clock.move(today)
    return today


@asynccontextmanager
async def a_worker(house: House, kafka: KafkaConfig, **settings: object) -> AsyncIterator[asyncio.subprocess.Process]:
    """``python -m services.notifications worker``, killed at the end if it has not died before."""
    own = {
        "mongodb_uri": house.deps.settings.mongodb_uri.get_secret_value(),
        "mongodb_database": house.database.name,
        "kafka_brokers": kafka.brokers,
        "kafka_topic_prefix": kafka.topic_prefix,
        "gateway_key": GATEWAY_KEY,
        "smtp_port": house.post.port,
        "worker_port": 0,
        "lease_seconds": 1,
        "sweep_seconds": 0.2,
        "poll_seconds": 0.2,
        "public_url": "https://plenary.test",
        **settings,
    }
    environment = {**os.environ, **{f"NOTIFICATIONS_{name.upper()}": str(value) for name, value in own.items()}}
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.notifications", "worker", env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield worker
    finally:
        if worker.returncode is None:
            worker.kill()
        await worker.wait()


async def killed_itself(worker: asyncio.subprocess.Process) -> None:
    assert await asyncio.wait_for(worker.wait(), 30) == -signal.SIGKILL


async def all_settled(house: House) -> None:
    async def nothing_left() -> bool:
        states = await house.states()
        return not (states["queued"] or states["claimed"] or states["sending"] or states["soft"])

    await eventually(nothing_left, within=30, every=0.1)


async def outcomes(kafka: KafkaConfig) -> list[tuple[str, str | None]]:
    """What the service has said on Kafka: each event's name, and its outcome if it has one.

    An event may be there twice, if its relay was killed before it had noted it; its id tells.
    """
    said: dict[bytes, tuple[str, str | None]] = {}
    for record in await read_topic(kafka, "notifications.outcomes"):
        headers = dict(record.headers)
        name = headers["ce_type"].decode().split(".")[2]
        said[headers["ce_id"]] = name, orjson.loads(record.value or b"").get("outcome")
    return list(said.values())


async def test_a_worker_killed_after_the_250_leaves_the_mail_unknown(
    house: House, topics: KafkaConfig, now: datetime
) -> None:
    await house.hear(contact(), joined())
    async with a_worker(house, topics, fault_points="mail.after-250") as worker:
        await killed_itself(worker)
    assert len(house.post.mails) == 1

    async with a_worker(house, topics):
        await all_settled(house)
        await eventually(lambda: _said(topics, ("NotificationFailed", "unknown")), within=20)

    message = await house.message()
    assert (message.state, message.reason) == ("unknown", "the worker died while the mail was leaving")
    assert len(house.post.mails) == 1


@pytest.mark.slow
async def test_a_worker_killed_again_and_again_sends_no_mail_twice(
    house: House, topics: KafkaConfig, now: datetime
) -> None:
    people = [f"member-{number}" for number in range(60)]
    await house.hear(*(contact(name) for name in people), *(joined(name) for name in people))

    for point in ("mail.after-250:9", "mail.after-claim:12"):
        async with a_worker(house, topics, fault_points=point) as worker:
            await killed_itself(worker)
    async with a_worker(house, topics):
        await all_settled(house)

    arrived = [mail.recipients[0] for mail in house.post.mails]
    states = await house.states()
    assert len(arrived) == len(set(arrived))
    assert states["sent"] + states["unknown"] == 60
    assert states["sent"] <= len(arrived) <= states["sent"] + states["unknown"]
    unknown = {message.member_id for message in await house.messages() if message.state == "unknown"}
    assert {f"{name}@gov.example" for name in people} - set(arrived) <= {f"{name}@gov.example" for name in unknown}


@pytest.mark.slow
async def test_a_reminder_comes_once_although_the_worker_was_killed_in_between(
    house: House, topics: KafkaConfig, now: datetime
) -> None:
    await house.hear(contact(), webinar(now + 10 * DAY, scheduled_at=now - DAY), registered(at=now - HOUR))
    await house.send_due()

    ahead = int((9 * DAY + timedelta(minutes=1)).total_seconds())
    async with a_worker(house, topics, clock_offset_seconds=ahead, fault_points="mail.after-claim") as worker:
        await killed_itself(worker)
    async with a_worker(house, topics, clock_offset_seconds=ahead):
        await eventually(lambda: len(house.post.mails) == 2, within=20)
        await eventually(lambda: _said(topics, ("NotificationSent", None), ("NotificationSent", None)), within=20)
    await house.it_is(now + 9 * DAY + 2 * HOUR)

    assert [mail.subject.split(":")[0] for mail in house.post.mails] == ["You have a place", "Reminder"]
    states = [message.state for message in await house.messages("webinar-reminder")]
    assert sorted(states) == ["queued", "sent"]


async def test_from_kafka_to_the_mailbox_and_back_to_kafka(house: House, topics: KafkaConfig, now: datetime) -> None:
    asked = proof("log-in", expires_at=now + DAY)

    async with a_worker(house, topics) as worker:
        await write_messages(topics, [encode(entry(asked, now)), encode(entry(contact(), now))])
        await eventually(lambda: len(house.post.mails) == 1, within=30)
        await eventually(lambda: _said(topics, ("NotificationSent", None)), within=20)
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(worker.wait(), 30) == 0

    assert house.post.only.recipients == [AROHA]
    assert house.post.only.subject == "482915 is your code to log in to Plenary"


async def _said(kafka: KafkaConfig, *expected: tuple[str, str | None]) -> bool:
    assert await outcomes(kafka) == list(expected)
    return True
