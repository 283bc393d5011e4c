"""Webinars whose zone's rules change: the wall stays, and the instant moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.content.handlers.webinars import keep_wall_times
from services.content.timers import ZoneRulesTimer
from shared.events.content import WebinarScheduled
from tests.services.content.announcing import announce
from tests.services.content.conftest import House
from tests.support import eventually, running


async def test_when_a_zones_rules_change_the_wall_stays_and_the_instant_moves(house: House) -> None:
    webinar = await announce(house)
    # As if it had been announced under rules by which Singapore was half an hour off.
    wrong = datetime(2026, 7, 31, 6, tzinfo=UTC)
    times = {"slot.starts_at": wrong, "slot.ends_at": wrong + timedelta(hours=1)}
    await house.database["webinars"].update_one({"_id": webinar["id"]}, {"$set": times})

    moved = [await keep_wall_times(house.deps) for _ in range(2)]

    found = (await house.client.get("/v1/webinars/asia-pacific")).json()
    assert moved == [1, 0]
    assert (found["times"]["starts_at"], found["sequence"]) == ("2026-07-31T05:30:00Z", 1)


async def test_a_worker_follows_new_zone_rules_when_it_starts(house: House) -> None:
    webinar = await announce(house)
    wrong = datetime(2026, 7, 31, 6, tzinfo=UTC)
    times = {"slot.starts_at": wrong, "slot.ends_at": wrong + timedelta(hours=1)}
    await house.database["webinars"].update_one({"_id": webinar["id"]}, {"$set": times})

    async with running(ZoneRulesTimer(house.deps), ZoneRulesTimer(house.deps)):
        await eventually(lambda: _is_moved(house))

    assert [event.sequence for event in await house.told("webinars") if isinstance(event, WebinarScheduled)] == [0, 1]


async def _is_moved(house: House) -> bool:
    found = (await house.client.get("/v1/webinars/asia-pacific")).json()
    return bool(found["times"]["starts_at"] == "2026-07-31T05:30:00Z")


async def test_a_wall_time_that_new_rules_skip_stays_at_its_instant(house: House) -> None:
    webinar = await announce(house)
    skipped = {"slot.wall": "2026-03-29T02:30:00", "slot.zone": "Europe/Stockholm"}
    await house.database["webinars"].update_one({"_id": webinar["id"]}, {"$set": skipped})

    moved = await keep_wall_times(house.deps)

    assert moved == 0
    assert (await house.client.get("/v1/webinars/asia-pacific")).json()["sequence"] == 0
