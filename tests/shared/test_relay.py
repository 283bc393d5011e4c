import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError

from shared import outbox
from shared.envelope import decode
from shared.events.content import ArticleViewed
from shared.events.metering import MeterAdvanced
from shared.facts import Facts
from shared.kafka import KafkaConfig
from shared.lease import Lease
from shared.mongo import Database, ensure_indexes
from shared.relay import Relay
from tests.support import create_topics, eventually, read_topic, running

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def viewed(reader: str, number: int = 0) -> ArticleViewed:
    return ArticleViewed(
        view_id=f"{reader}-{number}", reader_id=reader, article_id="openness", access="metered", viewed_at=NOON
    )


def advanced(reader: str, used: int) -> MeterAdvanced:
    return MeterAdvanced(
        reader_id=reader, window="2026-03@Etc/UTC", article_id=f"article-{used}", used=used, limit=3, advanced_at=NOON
    )


@pytest.fixture
async def relay(database: Database, kafka: KafkaConfig) -> Relay:
    await ensure_indexes(database, {}, aggregates=["meters"])
    await create_topics(kafka, "content.views", "metering.meters")
    return Relay(database, kafka, ["meters"])


async def test_what_waits_is_published_and_leaves_the_outbox(
    relay: Relay, database: Database, kafka: KafkaConfig
) -> None:
    rows = [outbox.entry(advanced("Amina", used), NOON) for used in (1, 2, 3)]
    await database["meters"].insert_one({"_id": "Amina", "used": 3, **outbox.initial(*rows, at=NOON)})
    facts = Facts(database)
    await facts.record(viewed("Wiremu"), NOON)

    published = await relay.publish_waiting()
    await relay.close()

    assert published == 4
    assert await database["meters"].find_one({"_id": "Amina"}) == {"_id": "Amina", "used": 3}
    assert await database["facts"].count_documents({}) == 0
    on_kafka = [
        decode("metering.meters", r.key, r.value, r.headers, place="")
        for r in await read_topic(kafka, "metering.meters")
    ]
    assert [envelope.event for envelope in on_kafka] == [advanced("Amina", used) for used in (1, 2, 3)]
    assert [envelope.id for envelope in on_kafka] == [row["id"] for row in rows]


async def test_an_event_added_while_others_were_being_sent_stays(
    relay: Relay, database: Database, kafka: KafkaConfig
) -> None:
    first, second = (outbox.entry(advanced("Amina", used), NOON) for used in (1, 2))
    await database["meters"].insert_one({"_id": "Amina", **outbox.initial(first, at=NOON)})
    waiting = await relay._look(["meters"])
    await database["meters"].update_one({"_id": "Amina"}, outbox.push(second))

    await relay._clear(waiting, await relay._send(waiting))

    document = await database["meters"].find_one({"_id": "Amina"})
    assert document
    assert [row["id"] for row in document["outbox"]] == [second["id"]]
    assert "outbox_since" in document
    await relay.close()


async def test_what_is_added_to_one_of_many_while_they_were_being_sent_stays(
    relay: Relay, database: Database, kafka: KafkaConfig
) -> None:
    readers = ("Amina", "Wiremu", "Ingrid")
    for reader in readers:
        row = outbox.entry(advanced(reader, 1), NOON)
        await database["meters"].insert_one({"_id": reader, **outbox.initial(row, at=NOON)})
    waiting = await relay._look(["meters"])
    second = outbox.entry(advanced("Amina", 2), NOON)
    await database["meters"].update_one({"_id": "Amina"}, outbox.push(second))

    await relay._clear(waiting, await relay._send(waiting))

    left = {each["_id"]: each.get("outbox", ()) async for each in database["meters"].find()}
    assert [row["id"] for row in left.pop("Amina")] == [second["id"]]
    assert left == {"Wiremu": (), "Ingrid": ()}
    assert await database["meters"].count_documents({"outbox_since": {"$exists": True}}) == 1
    await relay.close()


async def test_what_is_in_no_hurry_leaves_together_and_holds_nothing_else_up(
    relay: Relay, database: Database, kafka: KafkaConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.relay.POLL_SECONDS", 60)
    patient = Relay(database, kafka, ["meters"], ["facts"])
    rounds: list[int] = []
    look = patient._look

    async def looked(collections: Iterable[str]) -> object:
        waiting = await look(collections)
        rounds.extend(1 for name in collections if name == "facts" and waiting)
        return waiting

    monkeypatch.setattr(patient, "_look", looked)
    facts = Facts(database)

    async with running(patient):
        for number in range(40):
            await facts.record(viewed("Amina", number), NOON)
            await asyncio.sleep(0.01)
        row = outbox.entry(advanced("Wiremu", 1), NOON)
        await database["meters"].insert_one({"_id": "Wiremu", **outbox.initial(row, at=NOON)})
        await eventually(lambda: patient.published == 41, within=5)

    assert len(rounds) <= 8
    assert len(await read_topic(kafka, "metering.meters")) == 1
    by_reader = [dict(r.headers)["ce_id"] for r in await read_topic(kafka, "content.views")]
    assert len(by_reader) == 40


def test_nothing_gathers_where_there_is_no_outbox(database: Database, kafka: KafkaConfig) -> None:
    with pytest.raises(ValueError, match="no outbox is in meter:"):
        Relay(database, kafka, ["meters"], ["meter"])


async def test_the_bell_wakes_the_relay_within_a_moment(relay: Relay, database: Database, kafka: KafkaConfig) -> None:
    facts = Facts(database)
    async with running(relay):
        await facts.record(viewed("Amina", 1), NOON)
        await eventually(lambda: relay.published == 1)

        await asyncio.gather(*(facts.record(viewed("Amina", n), NOON) for n in range(2, 50)))
        await eventually(lambda: relay.published == 49, within=1.5)

    records = await read_topic(kafka, "content.views")
    assert len({dict(r.headers)["ce_id"] for r in records}) == 49


async def test_events_of_a_key_keep_their_order(relay: Relay, database: Database, kafka: KafkaConfig) -> None:
    for reader in ("Amina", "Wiremu", "Ingrid"):
        rows = [outbox.entry(advanced(reader, used), NOON) for used in range(200)]
        await database["meters"].insert_one({"_id": reader, **outbox.initial(*rows, at=NOON)})

    await relay.publish_waiting()
    await relay.close()

    by_reader: dict[str, list[int]] = {}
    for record in await read_topic(kafka, "metering.meters"):
        event = decode("metering.meters", record.key, record.value, record.headers, place="").event
        assert isinstance(event, MeterAdvanced)
        by_reader.setdefault(event.reader_id, []).append(event.used)
    assert by_reader == {reader: list(range(200)) for reader in ("Amina", "Wiremu", "Ingrid")}


async def test_a_partition_that_fails_holds_its_own_events_and_no_others(
    relay: Relay, database: Database, kafka: KafkaConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = Facts(database)
    readers = [f"reader-{n}" for n in range(30)]
    for reader in readers:
        await facts.record(viewed(reader), NOON)
    producer = await relay._ready_producer()
    send_batch = producer.send_batch

    async def fail_partition_one(batch: object, topic: str, *, partition: int) -> object:
        if partition == 1:
            raise KafkaTimeoutError
        return await send_batch(batch, topic, partition=partition)

    monkeypatch.setattr(producer, "send_batch", fail_partition_one)
    first = await relay.publish_waiting()
    waiting = await database["facts"].count_documents({})
    second = await relay.publish_waiting()
    await relay.close()

    assert 0 < first < 30
    assert waiting == second == 30 - first
    assert len(await read_topic(kafka, "content.views")) == 30
    assert isinstance(producer, AIOKafkaProducer)


@pytest.mark.parametrize("shift", [timedelta(days=-3650), timedelta(days=30)])
async def test_an_event_from_a_shifted_clock_is_published_and_kept(
    relay: Relay, database: Database, kafka: KafkaConfig, shift: timedelta
) -> None:
    at = datetime.now(UTC).replace(microsecond=0) + shift
    await database["meters"].insert_one(
        {"_id": "Amina", **outbox.initial(outbox.entry(advanced("Amina", 1), at), at=NOON)}
    )

    published = await relay.publish_waiting()
    await relay.close()

    assert published == 1
    [record] = await read_topic(kafka, "metering.meters")
    assert abs(record.timestamp / 1000 - datetime.now(UTC).timestamp()) < 60
    assert decode("metering.meters", record.key, record.value, record.headers, place="").time == at


async def test_one_relay_works_at_a_time_and_the_next_takes_over(
    relay: Relay, database: Database, kafka: KafkaConfig
) -> None:
    other = Relay(database, kafka, ["meters"])
    facts = Facts(database)

    async with running(relay):
        await facts.record(viewed("Amina"), NOON)
        await eventually(lambda: relay.published == 1)
        async with running(other):
            await facts.record(viewed("Wiremu"), NOON)
            await eventually(lambda: relay.published == 2)
            assert other.published == 0
    async with running(other):
        await facts.record(viewed("Ingrid"), NOON)
        await eventually(lambda: other.published == 1)

    assert relay.published == 2


async def test_a_relay_without_a_way_to_the_broker_makes_way_for_another(
    relay: Relay, database: Database, kafka: KafkaConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = asyncio.Event()

    async def no_way() -> AIOKafkaProducer:
        tried.set()
        raise KafkaConnectionError

    monkeypatch.setattr(relay, "_ready_producer", no_way)
    other = Relay(database, kafka, ["meters"])
    await Facts(database).record(viewed("Amina"), NOON)

    async with running(relay):
        await tried.wait()
        async with running(other):
            await eventually(lambda: other.published == 1, within=8)

    assert relay.published == 0


async def test_a_lease_changes_hands_with_a_higher_fence(database: Database) -> None:
    mine = Lease(database, "relay", "mine", seconds=2)
    theirs = Lease(database, "relay", "theirs", seconds=30)

    assert await mine.acquire()
    assert not await theirs.acquire()
    assert mine.held
    await eventually(theirs.acquire)

    assert not mine.held
    assert not await mine.acquire()
    assert theirs.fence == mine.fence + 1


async def test_a_released_lease_is_free_at_once(database: Database) -> None:
    mine, theirs = Lease(database, "relay", "mine"), Lease(database, "relay", "theirs")
    await mine.acquire()

    await mine.release()

    assert not mine.held
    assert await theirs.acquire()


async def test_what_waits_where_the_bell_did_not_ring_leaves_soon_all_the_same(
    relay: Relay, database: Database, kafka: KafkaConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.relay.POLL_SECONDS", 0.2)
    monkeypatch.setattr(relay, "_listen", asyncio.Event().wait)  # The bell is lost.
    relay._rung.add("facts")
    row = outbox.entry(advanced("Amina", 1), NOON)
    await database["meters"].insert_one({"_id": "Amina", **outbox.initial(row, at=NOON)})

    async with running(relay):
        await eventually(lambda: relay.published == 1, within=5)

    assert len(await read_topic(kafka, "metering.meters")) == 1


async def test_more_than_fits_into_a_round_leaves_without_waiting_for_the_next_ring(
    relay: Relay, database: Database, kafka: KafkaConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.relay.BATCH_DOCUMENTS", 3)
    monkeypatch.setattr("shared.relay.POLL_SECONDS", 60)
    monkeypatch.setattr(relay, "_listen", asyncio.Event().wait)
    facts = Facts(database)
    for number in range(8):
        await facts.record(viewed("Amina", number), NOON)

    async with running(relay):
        await eventually(lambda: relay.published == 8)

    assert await database["facts"].count_documents({}) == 0
