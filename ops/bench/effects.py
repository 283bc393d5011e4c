"""`effects`: events a second from Kafka to state in MongoDB, exactly once."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer

from ops.bench import cores, house
from ops.bench.cost import Cost, with_ourselves
from ops.bench.relay import columns
from ops.bench.sheet import Section, Sheet, at_least, bars
from ops.bench.stuff import ARTICLES, comments, make_topics, put_on_kafka
from services.content.app import service
from shared.consumer import BATCH_RECORDS, Consumer
from shared.envelope import encode_event
from shared.events.community import CommentPosted
from shared.ids import new_id
from shared.inbox import Inbox
from shared.parked import Parked, Record

if TYPE_CHECKING:
    from ops.bench.rig import Rig, Servers

NAME, NEEDS = "effects", "servers"
EVENTS = 10_000
AGAIN = 200
"""Events that are delivered twice, to see that they count once."""
LONGEST = 120.0
HOW = """\
10,000 `CommentPosted` lie on a topic of six partitions, and after them the first 200 again under the same ids.
Content's own consumer and handler take them: for each comment a register, for each article a count, and the event's
id, all in one transaction for many events. It is timed from the first records (a group takes seconds to form, which
is not what is asked) to the commit of the last offset; afterwards the counts must add up to 10,000 exactly. Beside
it: reading the same records with `getmany` and nothing more, and writing as many documents with `insert_many`, 500 at
a time, by the majority. The worker's process and mongod share one core; Kafka, the source, has the other."""


async def measure(rig: Rig, rounds: int) -> Section:
    """In turns: the whole way, reading alone, writing alone."""
    rig.pin("kafka", cores.LOAD)
    sheet = Sheet("Events taken", "how far")
    for _ in range(rounds):
        async with rig.measurement() as servers:
            await make_topics(servers.kafka, CommentPosted.topic)
            await cores.apart(cores.LOAD, _fill, servers)
            for row, work in ROWS.items():
                sheet.put(row, await cores.apart(cores.SERVERS, work, servers))
    rig.pin("kafka", cores.SERVERS)
    wanted = at_least(2_500, sheet.spread("effects", "per second"), "effects a second on one core")
    section = Section(NAME, "From Kafka to state, exactly once", HOW, [sheet], [wanted])
    section.plots.append(bars(sheet, "per second", ROWS, title="Events taken", unit="events a second"))
    return section


async def _fill(servers: Servers) -> None:
    """Write the events, and some of them once more."""
    messages = [encode_event(event, new_id(), event.posted_at) for event in comments(EVENTS)]
    await put_on_kafka(servers.kafka, [*messages, *messages[:AGAIN]])


async def _effects(servers: Servers) -> dict[str, float]:
    async with house.opened(service, servers) as home:
        await home.database["articles"].insert_many(
            [{"_id": f"article-{number}", "slugs": [f"article-{number}"], "comments": 0} for number in range(ARTICLES)]
        )
        inbox = Inbox(home.client, home.database, service.table, service.tombstones, home.deps)
        parked = Parked(home.database, inbox, service=service.name)
        consumer = _CountingConsumer([CommentPosted.topic], inbox, parked, servers.kafka, group=uuid.uuid4().hex)
        consumer.cost = Cost(with_ourselves(servers.pids))
        async with asyncio.timeout(LONGEST):
            await consumer.run(consumer.enough)
        consumer.cost.stop()
        counted = sum([row["comments"] async for row in home.database["articles"].find()])
        if counted != EVENTS or await home.database["parked"].find_one():
            raise AssertionError(f"counted {counted} of {EVENTS}")
    return columns(consumer.cost, EVENTS)


async def _getmany(servers: Servers) -> dict[str, float]:
    kafka = servers.kafka
    consumer = AIOKafkaConsumer(
        kafka.topic(CommentPosted.topic),
        **kafka.client_arguments(),
        group_id=uuid.uuid4().hex,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    left = EVENTS + AGAIN
    cost = Cost(with_ourselves(servers.pids))
    await consumer.start()
    while left > 0:
        found = await consumer.getmany(timeout_ms=500, max_records=BATCH_RECORDS)
        if found and left == EVENTS + AGAIN:
            cost.start()
        left -= sum(map(len, found.values()))
    cost.stop()
    await consumer.stop()
    return columns(cost, EVENTS)


async def _insert_many(servers: Servers) -> dict[str, float]:
    client = servers.client()
    collection = client[f"bench_{uuid.uuid4().hex[:8]}"]["registers"]
    documents = [
        {"_id": event.comment_id, "article_id": event.article_id, "revision": 1, "visible": True}
        for event in comments(EVENTS)
    ]
    await collection.insert_one({"_id": "connected"})
    with Cost(with_ourselves(servers.pids)) as cost:
        for place in range(0, EVENTS, BATCH_RECORDS):
            await collection.insert_many(documents[place : place + BATCH_RECORDS], ordered=False)
    await client.close()
    return columns(cost, EVENTS)


ROWS = {"effects": _effects, "getmany alone": _getmany, "insert_many alone": _insert_many}


class _CountingConsumer(Consumer):
    """Our consumer, which is timed from its first records on, and stops when it has had everything."""

    cost: Cost

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enough = asyncio.Event()
        self._left = EVENTS + AGAIN

    async def take(self, records: Sequence[Record], stop: asyncio.Event) -> bool:
        """Take them, and count."""
        if self._left == EVENTS + AGAIN:
            self.cost.start()
        done = await super().take(records, stop)
        self._left -= len(records)
        if self._left <= 0:
            self.enough.set()
        return done
