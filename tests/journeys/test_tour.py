"""`./plenary tour` plays the main journey on the running platform, again and again, and says so when it cannot."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ops.troubles import Exit
from tests.journeys.conftest import Site

pytestmark = pytest.mark.slow


async def tour(site: Site) -> tuple[int | None, dict[str, Any]]:
    code, said = await site.command("tour", "--json")
    told: dict[str, Any] = json.loads(said[: said.rindex("}") + 1])
    return code, told


async def test_the_tour_shows_every_event_and_who_reacted_and_can_be_taken_again(site: Site) -> None:
    await site.announce("Openness, Asia-Pacific", "2090-07-31T13:30", "Asia/Singapore", regions=["asia-pacific"])

    codes, told = zip(*[await tour(site) for _ in range(2)], strict=True)

    assert (codes, [each.get("cause") for each in told]) == ((0, 0), [None, None])
    for steps in (each["steps"] for each in told):
        events = [event for step in steps for event in step["events"]]
        names = {event["name"] for event in events}
        reactions = {(event["name"], reaction["service"]) for event in events for reaction in event["reactions"]}
        assert names >= {"ArticleViewed", "MeterAdvanced", "PaywallHit", "MemberJoined", "MemberVerified"}
        assert names >= {"WalledReaderJoined", "CommentPosted", "WebinarRegistered", "NotificationSent"}
        assert reactions >= {("ReaderLinked", "metering"), ("CommentPosted", "content"), ("MemberJoined", "community")}
        assert "in Wellington" in " ".join(step["saw"] for step in steps)
        assert len({step["trace_id"] for step in steps}) == len(steps) == 14


async def test_the_tour_says_what_is_wrong_and_what_helps(site: Site) -> None:
    await site.platform.halt("metering-api")
    try:
        code, told = await tour(site)
    finally:
        await site.platform.restart("metering-api")

    assert (code, told["ok"], told["fix"]) == (Exit.UNHEALTHY, False, "see ./plenary status")
    assert "/v1/funnel answered 503" in told["cause"]
