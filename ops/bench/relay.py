"""`relay`: events a second from the outboxes to Kafka, against aiokafka's idempotent producer alone."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaProducer

from ops.bench import cores
from ops.bench.cost import Cost, with_ourselves
from ops.bench.sheet import Section, Sheet, at_least, bars
from ops.bench.stuff import make_topics, views
from shared import outbox
from shared.envelope import encode_event
from shared.events.content import ArticleViewed
from shared.ids import new_id
from shared.mongo import ensure_indexes
from shared.outbox import Row
from shared.relay import BATCH_BYTES, Relay

if TYPE_CHECKING:
    from ops.bench.rig import Rig, Servers

NAME, NEEDS = "relay", "servers"
EVENTS = 10_000
HOW = """\
10,000 `ArticleViewed` wait in the outboxes, and the relay publishes all of them: finds them, encodes them, sends them
with an idempotent producer, waits for the broker, takes them out of the outboxes. Once they are facts (a document
each), once they ride in aggregates (five to a document, which stays). Beside it the producer alone sends the same
records, encoded beforehand. The relay's process and mongod share one core; Kafka, the receiver, has the other."""

WHY = """\
The relay and mongod share one core here, and each event goes through Python once: read from BSON, turned into a record
with its headers, named again to be removed. What mongod does about it is finding it by an index and removing it from
two; of a fact that is the whole document, so facts are slower than aggregates, which carry several events each."""


async def measure(rig: Rig, rounds: int) -> Section:
    """In turns: facts, aggregates, the producer alone."""
    rig.pin("kafka", cores.LOAD)
    sheet = Sheet("Events published", "from")
    for _ in range(rounds):
        for row, work in ROWS.items():
            async with rig.measurement() as servers:
                await make_topics(servers.kafka, ArticleViewed.topic)
                sheet.put(row, await cores.apart(cores.SERVERS, work, servers))
    rig.pin("kafka", cores.SERVERS)
    wanted = at_least(10_000, sheet.spread("facts", "per second"), "relay, events a second", why=WHY)
    section = Section(NAME, "From the outbox to Kafka", HOW, [sheet], [wanted])
    section.plots.append(bars(sheet, "per second", ROWS, title="Events published", unit="events a second"))
    return section


async def _facts(servers: Servers) -> dict[str, float]:
    documents = [{"_id": row["id"], **outbox.initial(row, at=row["time"])} for row in _rows()]
    return await _relay(servers, "facts", documents)


async def _aggregates(servers: Servers) -> dict[str, float]:
    rows = list(_rows())
    fives = [rows[place : place + 5] for place in range(0, len(rows), 5)]
    documents = [{"_id": five[0]["id"], "state": 1, **outbox.initial(*five, at=five[0]["time"])} for five in fives]
    return await _relay(servers, "aggregates", documents)


async def _relay(servers: Servers, collection: str, documents: Sequence[dict[str, object]]) -> dict[str, float]:
    client = servers.client()
    database = client[f"bench_{uuid.uuid4().hex[:8]}"]
    aggregates = () if collection == "facts" else (collection,)
    await ensure_indexes(database, {}, aggregates)
    relay = Relay(database, servers.kafka, aggregates)
    await database[collection].insert_many([*documents[:1]])
    await relay.publish_waiting()  # The producer connects.
    await database[collection].delete_many({})
    await database[collection].insert_many(documents)
    with Cost(with_ourselves(servers.pids)) as cost:
        while await relay.publish_waiting():
            pass
    published = relay.published - len(documents[0]["outbox"])  # type: ignore[arg-type]
    if published != EVENTS or await database[collection].find_one({"outbox": {"$exists": True}}):
        raise AssertionError(f"published {published} of {EVENTS}")
    await relay.close()
    await client.close()
    return columns(cost, EVENTS)


async def _producer(servers: Servers) -> dict[str, float]:
    kafka = servers.kafka
    messages = [encode_event(view, new_id(), view.viewed_at) for view in views(EVENTS)]
    producer = AIOKafkaProducer(
        **kafka.client_arguments(), enable_idempotence=True, acks="all", max_batch_size=BATCH_BYTES
    )
    await producer.start()
    await producer.send_and_wait(kafka.topic(messages[0].topic), messages[0].value)
    with Cost(with_ourselves(servers.pids)) as cost:
        sent = [
            await producer.send(kafka.topic(m.topic), m.value, key=m.key, headers=list(m.headers)) for m in messages
        ]
        await asyncio.gather(*sent)
    await producer.stop()
    return columns(cost, EVENTS)


ROWS = {"facts": _facts, "aggregates": _aggregates, "the producer alone": _producer}


def _rows() -> list[Row]:
    at = datetime.now(UTC)
    return [outbox.entry(view, at) for view in views(EVENTS)]


def columns(cost: Cost, events: int) -> dict[str, float]:
    """A second, and the microseconds of each process for one event."""
    return {
        "per second": events / cost.wall,
        **{f"µs of {name}": spent / events * 1e6 for name, spent in cost.cpu.items()},
        "µs of python and mongod": sum(cost.cpu.get(name, 0.0) for name in ("python", "mongod")) / events * 1e6,
    }
