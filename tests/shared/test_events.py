"""What was once on the wire must stay readable, and the reference must say what the classes say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from shared.envelope import Undecodable, UnknownType, decode, encode_event
from shared.events import CATALOGUE, TOPICS, Event
from shared.events.metering import PaywallHit
from shared.events.reference import reference

SAMPLES = sorted(Path(__file__).parent.glob("samples/*.json"))


def wire(sample: dict[str, Any]) -> tuple[str, bytes, bytes, list[tuple[str, bytes]]]:
    headers = [(name, value.encode()) for name, value in sample["headers"].items()]
    return sample["topic"], sample["key"].encode(), json.dumps(sample["data"]).encode(), headers


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_version_ever_shipped_still_decodes_to_the_same_facts(path: Path) -> None:
    sample = json.loads(path.read_text())
    topic, key, value, headers = wire(sample)

    envelope = decode(topic, key, value, headers, place="")

    assert envelope.event is not None
    assert envelope.type == sample["headers"]["ce_type"]
    said = json.loads(envelope.event.model_dump_json())
    assert said | sample["data"] == said, "a field that was shipped is gone or means something else"


def test_every_event_has_a_sample() -> None:
    shipped = {json.loads(path.read_text())["headers"]["ce_type"] for path in SAMPLES}

    assert shipped >= set(CATALOGUE)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_what_is_written_today_reads_as_the_sample(path: Path) -> None:
    sample = json.loads(path.read_text())
    topic, key, value, headers = wire(sample)
    envelope = decode(topic, key, value, headers, place="")
    assert envelope.event is not None

    message = encode_event(envelope.event, envelope.id, envelope.time, envelope.traceparent)

    again = decode(topic, message.key, message.value, message.headers, place="")
    assert again == envelope


def test_public_events_carry_no_personal_data() -> None:
    personal = {"email", "name", "member_id", "reader_id", "author_id", "submitter_id", "contact_id", "address"}

    for event in CATALOGUE.values():
        if event.visibility == "public":
            assert not personal & set(event.model_fields), event.__name__


def test_every_topic_of_the_catalogue_is_declared_and_carries_one_visibility() -> None:
    for topic in {event.topic for event in CATALOGUE.values()}:
        assert topic in TOPICS
        assert len({event.visibility for event in CATALOGUE.values() if event.topic == topic}) == 1


def test_personal_topics_name_their_readers() -> None:
    for event in CATALOGUE.values():
        if event.visibility == "personal":
            assert TOPICS[event.topic].readers


def test_an_event_says_when_it_is_true_and_is_ordered_by_one_of_its_fields() -> None:
    with pytest.raises(TypeError, match="say in its docstring"):

        class Silent(Event, topic="metering.meters", key="reader_id", visibility="internal"):
            reader_id: str

    with pytest.raises(TypeError, match="ordering key"):

        class Unordered(Event, topic="metering.meters", key="nothing", visibility="internal"):
            """True once."""

    with pytest.raises(TypeError, match="owner"):

        class Ownerless(Event, topic="billing.invoices", key="id", visibility="internal"):
            """True once."""

            id: str


def test_a_newer_writers_extra_fields_are_ignored() -> None:
    sample = json.loads((Path(__file__).parent / "samples/PaywallHit.v1.json").read_text())
    sample["data"]["mood"] = "curious"
    topic, key, value, headers = wire(sample)

    event = decode(topic, key, value, headers, place="").event

    assert isinstance(event, PaywallHit)


@pytest.mark.parametrize("missing", ["ce_specversion", "ce_id", "ce_type", "ce_time"])
def test_a_record_without_its_attributes_is_undecodable(missing: str) -> None:
    sample = json.loads((Path(__file__).parent / "samples/PaywallHit.v1.json").read_text())
    del sample["headers"][missing]
    topic, key, value, headers = wire(sample)

    with pytest.raises(Undecodable, match=missing):
        decode(topic, key, value, headers, place="")


def test_another_owners_event_on_a_topic_is_undecodable() -> None:
    sample = json.loads((Path(__file__).parent / "samples/PaywallHit.v1.json").read_text())
    _, key, value, headers = wire(sample)

    with pytest.raises(Undecodable, match="does not belong"):
        decode("content.articles", key, value, headers, place="")


def test_a_type_nobody_has_heard_of_is_told_apart_from_a_broken_one() -> None:
    sample = json.loads((Path(__file__).parent / "samples/PaywallHit.v1.json").read_text())
    sample["headers"]["ce_type"] = "plenary.metering.WindowOpened.v1"
    topic, key, value, headers = wire(sample)

    with pytest.raises(UnknownType):
        decode(topic, key, value, headers, place="")


def test_the_reference_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "events.md"

    assert page.read_text() == reference(), "run `python -m shared.events.reference > docs/events.md`"
