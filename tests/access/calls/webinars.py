"""Webinars, and places at them."""

from __future__ import annotations

from typing import Any

from tests.access.calls.registry import REASON, a_name, call, seen
from tests.access.town import LATER, Call, Town

WHEN = {"wall_time": LATER.strftime("%Y-%m-%dT13:30"), "zone": "Asia/Singapore"}


async def webinar(town: Town) -> dict[str, Any]:
    body = {"title": "Open government", "slug": a_name(), "time": WHEN}
    made: dict[str, Any] = await town.done("announceWebinar", "editor", Call(json=body))
    return made


@call("announceWebinar")
async def announce(_town: Town, _actor: str) -> Call:
    return Call(json={"title": "Open government", "slug": a_name(), "time": WHEN})


@call("importWebinar")
async def import_webinar(_town: Town, _actor: str) -> Call:
    return Call(json={"title": "Open government", "slug": a_name(), "external_id": a_name(), "time": WHEN})


@call("readWebinar", "webinarCalendarFile", "registerForWebinar")
async def of_a_webinar(town: Town, _actor: str) -> Call:
    return Call({"name": (await webinar(town))["slug"]})


@call("reviseWebinar")
async def revise_webinar(town: Town, _actor: str) -> Call:
    made = await webinar(town)
    return Call({"name": made["slug"]}, {"title": "Trust"}, headers=seen(made))


@call("cancelWebinar")
async def cancel(town: Town, _actor: str) -> Call:
    made = await webinar(town)
    return Call({"name": made["slug"]}, {"reason": REASON}, headers=seen(made))


@call("rescheduleWebinar")
async def reschedule(town: Town, _actor: str) -> Call:
    made = await webinar(town)
    return Call({"name": made["slug"]}, {**WHEN, "minutes": 90}, headers=seen(made))


@call("recordWebinar")
async def record(town: Town, _actor: str) -> Call:
    body = {"title": "Open government", "slug": a_name(), "external_id": a_name()}
    past = {"wall_time": "2017-07-31T13:30", "zone": "Asia/Singapore"}
    made = await town.done("importWebinar", "editor", Call(json={**body, "time": past}))
    return Call({"name": made["slug"]}, {"url": "https://video.example/open"}, headers=seen(made))


@call("readRegistration", "giveUpRegistration")
async def owners_place(town: Town, _actor: str) -> Call:
    there = Call({"name": (await webinar(town))["slug"]})
    return Call({"registration_id": (await town.done("registerForWebinar", "owner", there))["id"]})
