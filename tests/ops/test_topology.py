"""Who may write and read what, as declared."""

from __future__ import annotations

from ops.topology import RENDERED, Topology, plan, render
from shared.events import CATALOGUE, OWNERS, TOPICS

LAYOUT = plan()


def test_the_rendered_file_is_current() -> None:
    assert LAYOUT.troubles == {}
    assert RENDERED.read_text() == render(LAYOUT), "write it anew: ./plenary topology --write"


def test_every_topic_has_exactly_one_writer() -> None:
    writers = {topic: [plan.name for plan in LAYOUT.services if topic in plan.writes] for topic in TOPICS}

    assert writers == {topic: [topic.split(".", 1)[0]] for topic in TOPICS}


def test_who_is_who_is_for_those_named_beside_the_topic() -> None:
    readers = {plan.name for plan in LAYOUT.services if "accounts.contacts" in plan.reads}

    assert readers <= set(TOPICS["accounts.contacts"].readers or ())


def test_a_service_reads_the_topics_of_the_events_in_its_table() -> None:
    from services.community.consumers import TABLE  # noqa: PLC0415 - so that the other tests run without it

    assert {event.topic for event in TABLE} <= set(LAYOUT.service("community").reads)


def test_no_right_reaches_beyond_a_service_and_its_topics() -> None:
    for service in LAYOUT.services:
        for acl in service.acls:
            own_views = acl.resource == "topic" and acl.name == f"{service.name}.views-"
            own_group = acl.resource == "group" and acl.name in {service.name, f"{service.name}."}
            literal = acl.resource == "topic" and acl.pattern == "literal" and acl.name in TOPICS
            assert own_views or own_group or literal, acl
            assert acl.operation not in {"all", "alter", "cluster_action"}, acl


def test_every_event_of_the_catalogue_has_a_topic_that_is_created() -> None:
    assert {event.topic for event in CATALOGUE.values()} <= {topic.name for topic in LAYOUT.topics}


def test_what_is_erased_is_gone_from_a_compacted_topic_within_two_days() -> None:
    contacts = next(topic for topic in LAYOUT.topics if topic.name == "accounts.contacts").config

    lag, tombstone = int(contacts["max.compaction.lag.ms"]), int(contacts["delete.retention.ms"])

    assert contacts["cleanup.policy"] == "compact"
    assert lag + tombstone <= 48 * 3600 * 1000


def test_the_plan_survives_being_written_and_read() -> None:
    assert Topology.from_data(LAYOUT.as_data()) == LAYOUT
    assert [service.name for service in LAYOUT.services] == list(OWNERS)
