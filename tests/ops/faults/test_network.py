"""The broker behind the proxy: what befalls the way to it befalls every service, and not the rig that looks on."""

from __future__ import annotations

from collections import Counter

import pytest

from ops.faults.rig import Rig, Scenario
from ops.faults.world import Heard, read_topics
from ops.kafka_properties import Broker, properties
from shared.events.community import CommentPosted
from tests.ops.faults.conftest import comments


def test_a_broker_behind_a_proxy_listens_at_its_own_port_and_is_known_by_the_proxys() -> None:
    broker = Broker("data", 9096, 9093, "secret", "secret", open_port=9094, known_by=9092)

    made = properties(broker)

    assert "SERVICES://127.0.0.1:9096" in str(made["listeners"]).split(",")
    assert made["advertised.listeners"] == "SERVICES://127.0.0.1:9092,OPEN://127.0.0.1:9094"


@pytest.mark.slow
async def test_while_the_way_to_the_broker_is_cut_writes_succeed_and_their_events_wait(rehearsal: Rig) -> None:
    waiting: Counter[str] = Counter()
    heard: list[Heard] = []

    async def play(rehearsal: Rig, load: int) -> list[str]:
        await rehearsal.platform.network.tell("kafka", mode="drop")
        await comments(rehearsal, load)
        waiting.update(await rehearsal.observer.waiting("community"))
        heard.extend(await read_topics(rehearsal.platform.open_kafka, [CommentPosted.topic]))
        await rehearsal.platform.network.tell("kafka", mode="pass")
        return []

    before = await read_topics(rehearsal.platform.open_kafka, [CommentPosted.topic])
    result = await rehearsal.play(Scenario("cut", "", "", 0, play), 5)

    assert result.answers["done"] == 5
    assert waiting["comments"] == 5
    assert heard == before
    assert result.findings == []
