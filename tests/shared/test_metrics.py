from __future__ import annotations

from prometheus_client import REGISTRY

from shared import metrics
from shared.events.content import ArticleViewed

VIEWED = ArticleViewed.type


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_an_event_that_had_its_effect_is_counted_with_its_age() -> None:
    before = value("events_handled_total", type=VIEWED)

    metrics.event_handled(VIEWED, 0.2)

    assert value("events_handled_total", type=VIEWED) == before + 1
    assert value("event_age_seconds_bucket", type=VIEWED, le="0.25") >= 1


def test_an_event_from_a_clock_ahead_of_ours_has_no_negative_age() -> None:
    before = value("event_age_seconds_sum", type=VIEWED)

    metrics.observe_event_age(VIEWED, -5.0)

    assert value("event_age_seconds_sum", type=VIEWED) == before


def test_types_and_reasons_from_outside_share_one_label() -> None:
    for number in range(50):
        metrics.dead_letter(f"evil.type.{number}", f"reason {number}")

    assert value("dead_letters_total", type="other", reason="other") >= 50
    assert not [s for m in REGISTRY.collect() for s in m.samples if "evil" in str(s.labels)]


def test_lag_is_told_of_known_topics_only_and_taken_back() -> None:
    metrics.consumer_lag("content.views", 3, 17)
    metrics.consumer_lag("evil.topic", 0, 1)
    assert value("consumer_lag_records", topic="content.views", partition="3") == 17

    metrics.consumer_lag_gone("content.views", 3)

    assert REGISTRY.get_sample_value("consumer_lag_records", {"topic": "content.views", "partition": "3"}) is None
    assert REGISTRY.get_sample_value("consumer_lag_records", {"topic": "evil.topic", "partition": "0"}) is None


def test_a_partition_that_was_never_told_of_can_be_taken_back() -> None:
    metrics.consumer_lag_gone("content.views", 99)


def test_what_waits_in_the_outboxes_is_what_was_last_seen() -> None:
    metrics.outbox_waiting(3, 1.5)
    metrics.outbox_waiting(0, 0.0)

    assert value("outbox_waiting_events") == 0
    assert value("outbox_oldest_age_seconds") == 0
