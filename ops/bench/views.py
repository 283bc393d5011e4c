"""`views`: events a second into a Faust view, against a plain Faust agent without a table."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ops.bench import cores
from ops.bench.cost import Cost, with_ourselves
from ops.bench.relay import columns
from ops.bench.rig import scratch
from ops.bench.sheet import Section, Sheet, at_least, bars
from ops.bench.stuff import make_topics, put_on_kafka, views
from shared.clock import Clock
from shared.envelope import encode_event
from shared.events.content import ArticleViewed
from shared.ids import new_id
from shared.views import Count, View, ViewComponent, totals

if TYPE_CHECKING:
    from ops.bench.rig import Rig, Servers

NAME, NEEDS = "views", "servers"
EVENTS = 40_000
PLAIN_EVENTS = 20_000
TOPICS_EACH = 3
HOW = """\
40,000 `ArticleViewed` lie on a topic of six partitions. A view as content has it (readings by article, topic and
region, five entries an event, in hours kept for eight days) takes them into its Faust table and writes the snapshot
that is shown; afterwards what is shown must add up exactly. Beside it a Faust agent of the usual kind, which neither
decodes nor counts nor keeps anything, reads half as many. Timed from the first record to the last write. The worker's
process and mongod share one core; Kafka has the other."""


async def measure(rig: Rig, rounds: int) -> Section:
    """In turns: the view, the plain agent."""
    rig.pin("kafka", cores.LOAD)
    sheet = Sheet("Events taken", "by")
    for _ in range(rounds):
        async with rig.measurement() as servers:
            await make_topics(servers.kafka, ArticleViewed.topic)
            await cores.apart(cores.LOAD, _fill, servers)
            sheet.put("view", await cores.apart(cores.SERVERS, _view, servers))
            folder = scratch(rig, uuid.uuid4().hex)
            sheet.put("plain Faust agent", await cores.apart(cores.SERVERS, _plain_agent, servers, folder))
    rig.pin("kafka", cores.SERVERS)
    wanted = at_least(5_000, sheet.spread("view", "per second"), "a view, events a second")
    section = Section(NAME, "Into a Faust view", HOW, [sheet], [wanted])
    section.plots.append(bars(sheet, "per second", sheet.figures, title="Events taken", unit="events a second"))
    return section


async def _fill(servers: Servers) -> None:
    await put_on_kafka(servers.kafka, (encode_event(event, new_id(), event.viewed_at) for event in views(EVENTS)))


def by_topic_and_region(view: ArticleViewed) -> Iterable[Count]:
    """What trending counts: five entries a view."""
    for topic in view.topics:
        yield Count(("topic", topic, view.article_id), view.viewed_at, "views")
    for region in view.regions:
        yield Count(("region", region, view.article_id), view.viewed_at, "views")


async def _view(servers: Servers) -> dict[str, float]:
    watch = _Stopwatch(EVENTS, servers)
    client = servers.client()
    collection = client[f"bench_{uuid.uuid4().hex[:8]}"]["trending"]

    def count(view: ArticleViewed) -> Iterable[Count]:
        watch.one()
        return by_topic_and_region(view)

    view = View(
        name="bench",
        events=(ArticleViewed,),
        count=count,
        fields=("dimension", "value", "article_id"),
        bucket=timedelta(hours=1),
        keep=timedelta(days=8),
    )
    component = ViewComponent(view, service="content", kafka=servers.kafka, collection=collection, clock=Clock())
    stop = asyncio.Event()
    running = asyncio.create_task(component.run(stop))
    await watch.all_there.wait()
    stop.set()
    await running
    found = watch.stop()
    shown = await totals(
        collection,
        where={"dimension": "topic"},
        since=datetime.now(UTC) - timedelta(days=1),
        by=("value",),
        measures=("views",),
    )
    if (counted := sum(row["views"] for row in shown)) != EVENTS * TOPICS_EACH:
        raise AssertionError(f"the view shows {counted} of {EVENTS * TOPICS_EACH}")
    await client.close()
    return found


async def _plain_agent(servers: Servers, folder: Path) -> dict[str, float]:
    import faust  # noqa: PLC0415 - only here, as a yardstick

    watch = _Stopwatch(PLAIN_EVENTS, servers)
    app = faust.App(
        servers.kafka.topic("bench.plain"),
        broker=f"kafka://{servers.brokers}",
        web_enabled=False,
        autodiscover=False,
        topic_disable_leader=True,
        datadir=str(folder),
    )
    topic = app.topic(servers.kafka.topic(ArticleViewed.topic), value_type=bytes, value_serializer="raw")

    async def take(stream: faust.StreamT[bytes]) -> None:
        async for _ in stream:
            watch.one()

    app.agent(topic)(take)
    await app.start()
    await watch.all_there.wait()
    found = watch.stop()
    await app.stop()
    return found


class _Stopwatch:
    """From the first record on; Faust itself takes seconds to start, which is not what is asked."""

    def __init__(self, records: int, servers: Servers) -> None:
        self.all_there = asyncio.Event()
        self._records = records
        self._left = records
        self._cost = Cost(with_ourselves(servers.pids))

    def one(self) -> None:
        """A record came."""
        if self._left == self._records:
            self._cost.start()
        self._left -= 1
        if self._left == 0:
            self.all_there.set()

    def stop(self) -> dict[str, float]:
        """The work is done."""
        self._cost.stop()
        return columns(self._cost, self._records)
