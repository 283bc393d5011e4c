"""From Kafka to state: once in effect, in order per key, and no event in the way of the others."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from shared import parked as parking
from shared.consumer import Consumer, Pace
from shared.envelope import Message, encode_event
from shared.events.content import ArticleViewed
from shared.events.metering import MeterAdvanced
from shared.inbox import Delivery, Inbox, many
from shared.kafka import KafkaConfig
from shared.mongo import Client, Database, ensure_indexes
from shared.parked import Parked, Record, list_dead, replay_dead, show_dead
from shared.relay import Relay
from tests.support import assert_index_used, create_topics, eventually, read_topic, running, write_messages

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class HandlerError(Exception):
    """What a handler with a bug raises."""


@dataclass
class Ledger:
    """The service of these tests: keeps for each reader what it heard, in order."""

    database: Database
    broken: Callable[[str], bool] = field(default=lambda _event_id: False)

    async def heard(self) -> dict[str, list[str]]:
        return {d["_id"]: d["articles"] async for d in self.database["heard"].find()}


async def hear_meter(ledger: Ledger, delivery: Delivery[MeterAdvanced]) -> None:
    if ledger.broken(delivery.id):
        raise HandlerError(f"cannot digest {delivery.id}")
    await ledger.database["heard"].update_one(
        {"_id": delivery.event.reader_id},
        {"$push": {"articles": delivery.event.article_id}},
        upsert=True,
        session=delivery.session,
    )


async def hear_views(ledger: Ledger, deliveries: Sequence[Delivery[ArticleViewed]]) -> None:
    rows = [{"_id": d.id, "reader": d.event.reader_id} for d in deliveries]
    await ledger.database["views"].insert_many(rows, session=deliveries[0].session)


@dataclass
class House:
    ledger: Ledger
    inbox: Inbox
    parked: Parked
    kafka: KafkaConfig

    def consumer(self) -> Consumer:
        return Consumer(["metering.meters", "content.views"], self.inbox, self.parked, self.kafka, group="community")

    def relay(self) -> Relay:
        return Relay(self.ledger.database, self.kafka, [])


@pytest.fixture
async def house(mongodb: Client, database: Database, kafka: KafkaConfig, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(parking, "BACKOFF_SECONDS", (0.05, 0.05, 0.05, 0.05))
    monkeypatch.setattr(parking, "LOOK_SECONDS", 0.05)
    await ensure_indexes(database, {"heard": [], "views": []})
    ledger = Ledger(database)
    table = {MeterAdvanced: hear_meter, ArticleViewed: many(hear_views)}
    inbox = Inbox(mongodb, database, table, {}, ledger)
    return House(ledger, inbox, Parked(database, inbox, service="community"), kafka)


def advanced(reader: str, number: int) -> Message:
    event = MeterAdvanced(reader_id=reader, window="w", article_id=f"{number}", used=number, limit=3, advanced_at=NOON)
    return encode_event(event, f"{reader}-{number}", NOON)


def viewed(reader: str, number: int) -> Message:
    event = ArticleViewed(
        view_id=f"{reader}-{number}", reader_id=reader, article_id="openness", access="metered", viewed_at=NOON
    )
    return encode_event(event, f"view-{reader}-{number}", NOON)


def record(message: Message, offset: int = 0) -> Record:
    return Record(message.topic, 0, offset, message.key, message.value, message.headers)


async def take(house: House, messages: Sequence[Message]) -> None:
    assert await house.consumer().take([record(m, n) for n, m in enumerate(messages)], asyncio.Event())


async def test_every_event_has_its_effect_in_order_of_its_key(house: House) -> None:
    await create_topics(house.kafka, "metering.meters", "content.views")
    readers = ["Amina", "Wiremu", "Ingrid", "Ravi"]
    messages = [advanced(reader, n) for n in range(100) for reader in readers]
    await write_messages(house.kafka, messages + [viewed("Amina", n) for n in range(100)])

    async with running(house.consumer()):
        await eventually(lambda: _counted(house, "views", 100))
        await eventually(lambda: _counted(house, "inbox", 500))

    assert await house.ledger.heard() == {reader: [str(n) for n in range(100)] for reader in readers}


async def test_events_delivered_three_times_and_shuffled_across_keys_count_once(house: House) -> None:
    readers = ["Amina", "Wiremu", "Ingrid"]
    once = {reader: [advanced(reader, n) for n in range(30)] for reader in readers}
    pending = [list(events) for events in once.values() for _ in range(1)]
    shuffled: list[Message] = []
    chance = random.Random(7)  # noqa: S311 - any order will do, and the same one each time
    while any(pending):
        shuffled.append(chance.choice([queue for queue in pending if queue]).pop(0))

    for _ in range(3):
        await take(house, shuffled)
    await take(house, [m for message in shuffled for m in (message, message)])

    assert await house.ledger.heard() == {reader: [str(n) for n in range(30)] for reader in readers}


async def test_a_second_worker_that_missed_the_commit_repeats_without_effect(house: House) -> None:
    await create_topics(house.kafka, "metering.meters", "content.views")
    await write_messages(house.kafka, [advanced("Amina", n) for n in range(20)])
    async with running(house.consumer()):
        await eventually(lambda: _counted(house, "inbox", 20))
    again = KafkaConfig(house.kafka.brokers, topic_prefix=house.kafka.topic_prefix)
    consumer = Consumer(["metering.meters"], house.inbox, house.parked, again, group="as-if-offsets-were-lost")

    async with running(consumer):
        await write_messages(house.kafka, [advanced("Amina", 20)])
        await eventually(lambda: _counted(house, "inbox", 21))

    assert await house.ledger.heard() == {"Amina": [str(n) for n in range(21)]}


async def test_a_handler_that_fails_once_is_tried_again_and_order_is_kept(house: House) -> None:
    failures = iter([True, True, False])
    house.ledger.broken = lambda event_id: event_id == "Amina-1" and next(failures)

    await take(house, [advanced("Amina", 0), advanced("Amina", 1), advanced("Amina", 2), advanced("Wiremu", 0)])
    heard_at_once = await house.ledger.heard()
    async with running(house.parked):
        await eventually(lambda: _counted(house, "inbox", 4))

    assert heard_at_once == {"Amina": ["0"], "Wiremu": ["0"]}
    assert await house.ledger.heard() == {"Amina": ["0", "1", "2"], "Wiremu": ["0"]}
    assert await house.ledger.database["parked"].count_documents({}) == 0


async def test_poison_goes_to_the_dead_letters_while_the_rest_goes_on(house: House) -> None:
    await create_topics(house.kafka, "metering.meters", "content.views", "community.dead-letters", partitions=1)
    good = [advanced(reader, n) for n in range(10) for reader in ("Amina", "Wiremu")]
    unknown_version = [(k, b"plenary.metering.MeterAdvanced.v9" if k == "ce_type" else v) for k, v in good[0].headers]
    poison = [
        Message("metering.meters", b"Amina", b"{not json", good[0].headers, NOON),
        Message("metering.meters", b"Amina", good[0].value, unknown_version, NOON),
        Message("metering.meters", b"Amina", b"\xff\xfe", [], NOON),
        Message("metering.meters", b"Amina", b"[" * 900_000, good[0].headers, NOON),
        Message("metering.meters", b"someone-else", good[0].value, good[0].headers, NOON),
    ]

    await write_messages(house.kafka, [*good[:9], *poison, *good[9:]])
    relay = house.relay()
    async with running(house.consumer(), relay):
        await eventually(lambda: _counted(house, "inbox", 20))
        await eventually(lambda: relay.published == 5)

    assert await house.ledger.heard() == {reader: [str(n) for n in range(10)] for reader in ("Amina", "Wiremu")}
    letters = await read_topic(house.kafka, "community.dead-letters")
    assert [letter.value for letter in letters] == [message.value for message in poison]
    assert all(dict(letter.headers)["plenary_reason"] for letter in letters)
    assert len(await list_dead(house.ledger.database)) == 5


async def test_a_handler_bug_ends_in_the_dead_letters_and_replay_completes_in_order(house: House) -> None:
    house.ledger.broken = lambda event_id: event_id == "Amina-1"

    await take(house, [advanced("Amina", n) for n in range(3)] + [advanced("Wiremu", 0)])
    async with running(house.parked):
        dead = await eventually(lambda: list_dead(house.ledger.database))
        await take(house, [advanced("Amina", 3)])
        waiting = await house.ledger.heard()
        house.ledger.broken = lambda _event_id: False
        await replay_dead(house.ledger.database, "Amina-1")
        await eventually(lambda: _counted(house, "inbox", 5))

    assert [(letter["_id"], letter["error"], letter["tries"]) for letter in dead] == [("Amina-1", "HandlerError", 5)]
    assert waiting == {"Amina": ["0"], "Wiremu": ["0"]}
    assert await house.ledger.heard() == {"Amina": ["0", "1", "2", "3"], "Wiremu": ["0"]}


async def test_what_follows_a_failing_event_waits_behind_it_however_long_the_batch(house: House) -> None:
    house.ledger.broken = lambda event_id: event_id == "Amina-1"

    await take(house, [advanced("Amina", n) for n in range(60)])
    waiting = await house.ledger.heard()
    async with running(house.parked):
        await eventually(lambda: list_dead(house.ledger.database))
        house.ledger.broken = lambda _event_id: False
        await replay_dead(house.ledger.database, "Amina-1")
        await eventually(lambda: _counted(house, "inbox", 60))

    assert waiting == {"Amina": ["0"]}
    assert await house.ledger.heard() == {"Amina": [str(n) for n in range(60)]}


async def test_a_tombstone_where_none_is_due_is_a_dead_letter(house: House) -> None:
    await take(house, [Message("metering.meters", b"Amina", None, [], NOON), advanced("Amina", 1)])

    assert await house.ledger.heard() == {"Amina": ["1"]}
    assert [letter["reason"] for letter in await list_dead(house.ledger.database)] == [
        "there is nothing in it, on a topic that forgets nobody"
    ]


async def test_the_largest_record_that_a_topic_takes_has_a_dead_letter_too_cut_to_fit(house: House) -> None:
    await create_topics(house.kafka, "metering.meters", "community.dead-letters")
    largest = Message("metering.meters", b"Amina", b"[" * (1024 * 1024 - 200), [], NOON)

    await take(house, [largest, Message("metering.meters", b"Amina", b"{", [], NOON)])
    relay = house.relay()
    async with running(relay):
        await eventually(lambda: relay.published == 2)

    (cut, whole) = await read_topic(house.kafka, "community.dead-letters")
    assert 900_000 < len(cut.value) < 1_024_000
    assert dict(cut.headers)["plenary_bytes"] == str(1024 * 1024 - 200).encode()
    assert "plenary_bytes" not in dict(whole.headers)
    (first, _) = await list_dead(house.ledger.database)
    assert len((await show_dead(house.ledger.database, first["_id"]))["record"]["value"]) == 1024 * 1024 - 200


def test_a_transaction_takes_on_as_many_events_as_fit_into_a_second() -> None:
    pace = Pace()
    for _ in range(10):
        pace.took(pace.events, 0.1)
    quick = pace.events
    pace.took(quick, quick * 0.5)
    slow = pace.events
    pace.took(1, 20.0)
    slowest = pace.events
    pace.took(1, 0.5)

    assert (Pace().events, quick, slow, slowest, pace.events) == (16, 250, 2, 1, 2)


async def test_who_is_told_to_stop_finishes_the_chunk_in_hand_and_leaves_the_rest(house: House) -> None:
    stop = asyncio.Event()
    house.ledger.broken = lambda _event_id: bool(stop.set())
    records = [record(advanced("Amina", n), n) for n in range(100)]

    finished = await house.consumer().take(records, stop)

    assert not finished
    assert await house.ledger.heard() == {"Amina": [str(n) for n in range(16)]}


async def test_an_event_of_a_type_not_yet_known_is_passed_over(house: House) -> None:
    newer = [(k, b"plenary.metering.WindowOpened.v1" if k == "ce_type" else v) for k, v in advanced("Amina", 0).headers]

    await take(house, [Message("metering.meters", b"Amina", b"{}", newer, NOON), advanced("Amina", 1)])

    assert await house.ledger.heard() == {"Amina": ["1"]}
    assert await list_dead(house.ledger.database) == []


async def test_what_does_not_concern_a_handler_passes_by_and_leaves_nothing(
    house: House, mongodb: Client, database: Database
) -> None:
    table = {ArticleViewed: many(hear_views, when=lambda view: view.reader_id == "Amina")}
    house.inbox = Inbox(mongodb, database, table, {}, house.ledger)

    await take(house, [viewed("Amina", 1), viewed("Wiremu", 1), viewed("Wiremu", 2), viewed("Amina", 2)])

    assert sorted([d["_id"] async for d in database["views"].find()]) == ["view-Amina-1", "view-Amina-2"]
    assert await database["inbox"].count_documents({}) == 2


async def test_the_queries_of_the_inbox_use_indexes(house: House) -> None:
    parked: Any = house.ledger.database["parked"]
    await parked.insert_one({"_id": "x", "key": "k", "position": [0, 1], "state": "retrying", "due": NOON})

    await assert_index_used(parked.find({"state": "retrying", "due": {"$lte": NOON}}).sort("due", 1))
    await assert_index_used(parked.find({"key": "k"}).sort("position", 1))
    await assert_index_used(parked.find({"state": "dead"}).sort("due", 1))


async def _counted(house: House, collection: str, count: int) -> bool:
    found = await house.ledger.database[collection].count_documents({})
    assert found <= count, f"{found} in {collection}, more than the {count} that were sent"
    return found == count
