"""What the databases, the topics and the mailbox hold: read past all faults, with the right to see everything."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from ops.faults import witness
from ops.faults.houses import HOUSES, database_name, outboxes
from ops.faults.platform import RigPlatform
from shared.events import CATALOGUE, TOPICS
from shared.kafka import KafkaConfig
from shared.mongo import Client, Database, connect


@dataclass(frozen=True, slots=True)
class Heard:
    """A record as it lies in a topic."""

    topic: str
    partition: int
    offset: int
    key: str
    id: str
    type: str
    """The class's name; empty for a tombstone, and for what is no event."""
    data: Mapping[str, Any]
    origin: str = ""
    """Of a dead letter: where the record had lain."""

    @property
    def place(self) -> str:
        """Where it lies."""
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass
class World:
    """One look at everything."""

    records: list[Heard]
    inbox: dict[str, set[str]]
    """Ids of the events that had their effect, by house."""
    parked: dict[str, list[dict[str, Any]]]
    waiting: dict[str, Counter[str]]
    """Documents whose events have not left yet, by house and collection."""
    effects: dict[str, dict[str, Any]]
    """What the witness counted, by event id."""
    comments: list[dict[str, Any]]
    registers: dict[str, dict[str, Any]]
    counts: dict[str, int]
    """Comments as the articles show them."""
    meters: dict[str, set[str]]
    """Articles that count, by reader."""
    messages: list[dict[str, Any]]
    registrations: list[dict[str, Any]]
    mails: Counter[str]
    """How often the mailbox has a mail, by the id of its message."""
    by_id: dict[str, list[Heard]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for record in self.records:
            self.by_id[record.id].append(record)

    def events(self, kind: str) -> dict[str, Heard]:
        """The distinct events of a kind by their ids, each as it came first."""
        return {id_: records[0] for id_, records in self.by_id.items() if records[0].type == kind}


class Observer:
    """Looks. Its client of MongoDB is kept for the whole rehearsal."""

    def __init__(self, platform: RigPlatform) -> None:
        self._platform = platform
        self.client: Client = connect(platform.mongodb_uri, app_name="faults")

    async def close(self) -> None:
        """Let go."""
        await self.client.close()

    def database(self, house: str) -> Database:
        """A house's database."""
        return self.client[database_name(house)]

    async def look(self) -> World:
        """Read everything."""
        community, content, notifications = (self.database(n) for n in ("community", "content", "notifications"))
        unseen = {"outbox": 0}
        return World(
            records=await read_topics(self._platform.open_kafka, [*TOPICS, witness.TOPIC]),
            inbox={house: await self._ids(house) for house in HOUSES},
            parked={
                house: await self.database(house)["parked"].find({}, {"record.value": 0}).to_list() for house in HOUSES
            },
            waiting={house: await self.waiting(house) for house in HOUSES},
            effects={row["_id"]: row async for row in self.database("witness")["effects"].find()},
            comments=await community["comments"].find({}, unseen).to_list(),
            registers={row["_id"]: row async for row in content["comment_registers"].find()},
            counts={row["_id"]: row.get("comments", 0) async for row in content["articles"].find({}, {"comments": 1})},
            meters=await self._meters(),
            messages=await notifications["messages"].find({}, unseen).to_list(),
            registrations=await content["registrations"].find({}, unseen).to_list(),
            mails=await asyncio.to_thread(self._mails),
        )

    async def waiting(self, house: str) -> Counter[str]:
        """Documents with events that have not left, by collection."""
        found: Counter[str] = Counter()
        for name in outboxes(house):
            count = await self.database(house)[name].count_documents({"outbox_since": {"$exists": True}})
            if count:
                found[name] = count
        return found

    async def _ids(self, house: str) -> set[str]:
        return {row["_id"] async for row in self.database(house)["inbox"].find({}, {"_id": 1})}

    async def _meters(self) -> dict[str, set[str]]:
        meters: dict[str, set[str]] = defaultdict(set)
        async for row in self.database("metering")["meters"].find({}, {"reader_id": 1, "articles.id": 1}):
            meters[row["reader_id"]] |= {article["id"] for article in row.get("articles", ())}
        return meters

    def _mails(self) -> Counter[str]:
        folder = self._platform.state.data / "mail"
        parser = BytesHeaderParser()
        found: Counter[str] = Counter()
        for path in folder.glob("*.eml"):
            with path.open("rb") as file:
                found[str(parser.parse(file)["Message-ID"]).strip("<>").partition("@")[0]] += 1
        return found


async def read_topics(kafka: KafkaConfig, topics: Iterable[str]) -> list[Heard]:
    """Everything that the topics hold, in order per partition."""
    consumer = AIOKafkaConsumer(
        **kafka.client_arguments(), enable_auto_commit=False, max_partition_fetch_bytes=4 * 1024 * 1024
    )
    await consumer.start()
    try:
        await consumer._client.force_metadata_update()  # noqa: SLF001 - it learns of topics no other way when none is assigned
        places = [
            TopicPartition(topic, number) for topic in topics for number in consumer.partitions_for_topic(topic) or ()
        ]
        ends = {place: end for place, end in (await consumer.end_offsets(places)).items() if end}
        if not ends:
            return []
        consumer.assign(list(ends))
        await consumer.seek_to_beginning()
        found: list[Heard] = []
        left = dict(ends)
        while left:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found.extend(map(_heard, records))
            left = {place: end for place, end in left.items() if await consumer.position(place) < end}
        return found
    finally:
        await consumer.stop()


def _heard(record: ConsumerRecord[bytes, bytes]) -> Heard:
    headers = dict(record.headers)
    kind = CATALOGUE.get(headers.get("ce_type", b"").decode("utf-8", "replace"))
    try:
        data = orjson.loads(record.value) if record.value and kind else {}
        kind = kind if record.value else None
    except orjson.JSONDecodeError:
        kind, data = None, {}
    return Heard(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=(record.key or b"").decode("utf-8", "replace"),
        id=headers.get("ce_id", b"").decode("utf-8", "replace") or f"{record.topic}/{record.partition}/{record.offset}",
        type=kind.__name__ if kind else "",
        data=data,
        origin=headers.get("plenary_origin", b"").decode(),
    )
