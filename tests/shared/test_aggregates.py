import asyncio
from datetime import UTC, datetime

import pytest
from pymongo.errors import DuplicateKeyError

from shared.aggregates import Aggregates
from shared.errors import Refusal, StaleWrite
from shared.events import Event
from shared.events.community import TopicSuggested
from shared.model import Aggregate
from shared.mongo import Database, ensure_indexes
from tests.support import assert_index_used

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Suggestion(Aggregate):
    title: str
    supporters: tuple[str, ...] = ()


class NotThere(Refusal):
    slug, status, title = "not-there", 404, "Not there"


def supported(suggestion: Suggestion, by: str) -> tuple[Suggestion, list[Event]]:
    if by in suggestion.supporters:
        return suggestion, []
    return suggestion.model_copy(update={"supporters": (*suggestion.supporters, by)}), [said(suggestion)]


def said(suggestion: Suggestion) -> TopicSuggested:
    return TopicSuggested(suggestion_id=suggestion.id, title=suggestion.title, suggested_at=NOON)


@pytest.fixture
async def suggestions(database: Database) -> Aggregates[Suggestion]:
    await ensure_indexes(database, {}, aggregates=["suggestions"])
    return Aggregates(database["suggestions"], Suggestion, missing=NotThere)


async def test_what_was_added_is_loaded_as_it_was(suggestions: Aggregates[Suggestion]) -> None:
    bus_lanes = Suggestion(id="bus-lanes", title="Bus lanes in Nairobi", supporters=("Amina",))

    await suggestions.add(bus_lanes, [said(bus_lanes)])

    assert await suggestions.load("bus-lanes") == bus_lanes
    with pytest.raises(NotThere):
        await suggestions.load("trams")
    with pytest.raises(DuplicateKeyError):
        await suggestions.add(bus_lanes)


async def test_state_and_events_are_one_document(suggestions: Aggregates[Suggestion]) -> None:
    bus_lanes = Suggestion(id="bus-lanes", title="Bus lanes in Nairobi")
    await suggestions.add(bus_lanes, [said(bus_lanes)], at=NOON)

    await suggestions.change("bus-lanes", lambda s: supported(s, "Wiremu"), at=NOON)

    document = await suggestions.collection.find_one({"_id": "bus-lanes"})
    assert document
    assert document["supporters"] == ["Wiremu"]
    assert [row["type"] for row in document["outbox"]] == ["plenary.community.TopicSuggested.v1"] * 2
    assert document["outbox"][0]["data"]["title"] == "Bus lanes in Nairobi"
    assert document["outbox_since"]


async def test_a_stale_save_changes_nothing(suggestions: Aggregates[Suggestion]) -> None:
    await suggestions.add(Suggestion(id="bus-lanes", title="Bus lanes"))
    mine = await suggestions.load("bus-lanes")
    theirs = await suggestions.load("bus-lanes")
    await suggestions.save(theirs.model_copy(update={"title": "Bus lanes in Nairobi"}))

    with pytest.raises(StaleWrite):
        await suggestions.save(mine.model_copy(update={"title": "Trams"}), [said(mine)])

    document = await suggestions.collection.find_one({"_id": "bus-lanes"})
    assert document
    assert document["title"] == "Bus lanes in Nairobi"
    assert "outbox" not in document


async def test_changes_at_once_all_take_effect(suggestions: Aggregates[Suggestion]) -> None:
    await suggestions.add(Suggestion(id="bus-lanes", title="Bus lanes"))
    people = ["Amina", "Wiremu", "Ingrid", "Ravi", "Sofía"]

    await asyncio.gather(*(suggestions.change("bus-lanes", lambda s, p=p: supported(s, p)) for p in people))

    changed = await suggestions.load("bus-lanes")
    assert set(changed.supporters) == set(people)
    assert changed.version == 5


async def test_a_decision_that_changes_nothing_writes_nothing(suggestions: Aggregates[Suggestion]) -> None:
    await suggestions.add(Suggestion(id="bus-lanes", title="Bus lanes", supporters=("Amina",)))

    unchanged = await suggestions.change("bus-lanes", lambda s: supported(s, "Amina"))

    assert unchanged.version == 0


async def test_waiting_events_are_found_by_an_index(suggestions: Aggregates[Suggestion]) -> None:
    await suggestions.add(Suggestion(id="trams", title="Trams"))

    waiting = suggestions.collection.find({"outbox_since": {"$exists": True}}).sort("outbox_since", 1)

    await assert_index_used(waiting)
