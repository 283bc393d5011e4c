"""What members want to hear, and when."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.notifications.model.preferences import QuietHours
from tests.services.notifications.conftest import House
from tests.services.notifications.world import (
    DAY,
    HOUR,
    START,
    TODAY,
    article,
    contact,
    proof,
    registered,
    reply,
    suggestion,
    suspended,
    webinar,
)

NIGHT = {"start": "22:00", "end": "07:00"}


async def choose(house: House, **choices: Any) -> Any:
    seen = await house.client.get("/v1/preferences", headers=house.signed_in())
    return await house.client.put(
        "/v1/preferences", json=choices, headers={**house.signed_in(), "If-Match": seen.headers["ETag"]}
    )


async def test_who_never_chose_receives_everything_at_once(house: House) -> None:
    answer = await house.client.get("/v1/preferences", headers=house.signed_in())

    assert answer.status_code == 200
    assert set(answer.json()["purposes"].values()) == {"instant"}
    assert answer.json()["quiet_hours"] is None


async def test_what_was_read_can_be_sent_back_as_it_is(house: House) -> None:
    await house.hear(article())
    await choose(house, purposes={"comment-reply": "off"}, topics={"open-government": "off"}, quiet_hours=NIGHT)
    before = (await house.client.get("/v1/preferences", headers=house.signed_in())).json()

    answer = await choose(house, **before)

    assert answer.status_code == 200
    assert answer.json() == before


async def test_a_kind_of_mail_that_is_off_is_not_sent(house: House) -> None:
    await house.hear(contact(), article())
    answer = await choose(house, purposes={"comment-reply": "off"})
    assert answer.status_code == 200

    await house.hear(reply(), suggestion())
    await house.send_due()

    assert [mail.subject.split(":")[0] for mail in house.post.mails] == ["Your suggestion is planned"]


async def test_a_choice_made_while_the_mail_waits_counts(house: House) -> None:
    await house.hear(contact(), article(), reply())

    await choose(house, purposes={"comment-reply": "off"})
    await house.send_due()

    assert house.post.mails == []


async def test_a_topic_that_is_off_silences_what_is_only_about_it(house: House) -> None:
    await house.hear(contact(), article(), article("budgets", topics=("open-government", "budgets")))
    await choose(house, topics={"open-government": "off"})

    await house.hear(reply("one"), reply("other", article_id="budgets"), webinar(), registered())
    await house.send_due()

    assert {mail.subject for mail in house.post.mails} == {
        "A reply to your comment on “What budgets means”",
        "You have a place: Open government in practice",
    }


@pytest.mark.parametrize("purpose", ["address-proof", "webinar-confirmation", "webinar-change", "webinar-cancellation"])
async def test_security_mail_and_what_one_registered_for_cannot_be_turned_off(house: House, purpose: str) -> None:
    answer = await choose(house, purposes={purpose: "off"})

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/purpose-essential")
    assert (await house.client.get("/v1/preferences", headers=house.signed_in())).json()["purposes"][
        purpose
    ] == "instant"


async def test_the_kinds_of_mail_and_which_of_them_can_be_turned_off_are_listed(house: House) -> None:
    answer = await house.client.get("/v1/preferences/purposes")

    mutable = {item["purpose"] for item in answer.json() if item["mutable"]}
    assert mutable == {"comment-reply", "suggestion-progress", "webinar-recording", "webinar-reminder"}


async def test_an_unknown_topic_is_refused(house: House) -> None:
    await house.hear(article())

    answer = await choose(house, topics={"open-government": "off", "astrology": "off"})

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/topic-unknown")
    assert answer.json()["topics"] == ["astrology"]


@pytest.mark.parametrize(
    "choices",
    [
        {"purposes": {"gossip": "off"}},
        {"purposes": {"comment-reply": "daily"}},
        {"topics": {"open\u0000government": "off"}},
        {"topics": {"open\u202egovernment": "off"}},
        {"topics": {"$where": {"$ne": 1}}},
        {"quiet_hours": {"start": "22:00", "end": "22:00"}},
        {"quiet_hours": {"start": "25:00", "end": "07:00"}},
        {"quiet_hours": {"start": "22:00+02:00", "end": "07:00"}},
        {"quiet_hours": {"start": "22:00"}},
        {"quiet_hours": {"start": 79200, "end": "07:00"}},
        {"quiet_hours": {"start": "79200", "end": "07:00"}},
        {"language": "en"},
    ],
)
async def test_choices_that_are_none_are_refused(house: House, choices: dict[str, Any]) -> None:
    answer = await choose(house, **choices)

    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert await house.database["preferences"].count_documents({}) == 0


async def test_choosing_needs_the_version_one_has_seen(house: House) -> None:
    unseen = await house.client.put("/v1/preferences", json={}, headers=house.signed_in())
    first = await choose(house, purposes={"comment-reply": "off"})
    stale = await house.client.put("/v1/preferences", json={}, headers={**house.signed_in(), "If-Match": '"0"'})

    assert unseen.status_code == 428
    assert first.headers["ETag"] == '"1"'
    assert stale.status_code == 412


async def test_preferences_need_a_member_and_are_their_own(house: House) -> None:
    await choose(house, purposes={"comment-reply": "off"})

    anonymous = await house.client.get("/v1/preferences")
    other = await house.client.get("/v1/preferences", headers=house.signed_in("ingrid"))

    assert anonymous.status_code == 401
    assert other.json()["purposes"]["comment-reply"] == "instant"


async def test_mail_that_can_wait_waits_until_the_quiet_hours_are_over(house: House) -> None:
    # 09:00 UTC is 21:00 in Wellington; two hours later it is night there.
    await house.hear(contact(), article())
    await choose(house, quiet_hours=NIGHT)
    await house.it_is(TODAY + 2 * HOUR)

    await house.hear(reply())
    await house.send_due()
    assert (await house.message()).reason == "quiet hours"
    await house.it_is(TODAY + 9 * HOUR)
    assert house.post.mails == []

    await house.it_is(TODAY + 10 * HOUR)
    assert len(house.post.mails) == 1


async def test_codes_and_reminders_pass_through_the_quiet_hours(house: House) -> None:
    await house.hear(contact(), webinar(START), registered())
    await choose(house, quiet_hours={"start": "00:00", "end": "23:59"})

    await house.hear(proof())
    await house.send_due()
    await house.it_is(START - DAY)

    assert [mail.subject.split(":")[0].split(" ", 1)[-1] for mail in house.post.mails] == [
        "is your code to join Plenary",
        "have a place",
        "Reminder",
    ]


async def test_a_suspended_account_gets_no_mail_about_the_community_while_it_lasts(house: House) -> None:
    await house.hear(contact(), article(), suspended(until=TODAY + DAY))

    await house.hear(reply("one"), proof("log-in"))
    await house.send_due()
    await house.it_is(TODAY + 2 * DAY)
    await house.hear(reply("two"))
    await house.send_due()

    assert [mail.subject for mail in house.post.mails] == [
        "482915 is your code to log in to Plenary",
        "A reply to your comment on “What openness means”",
    ]


@pytest.mark.parametrize(
    ("zone", "now", "over_at"),
    [
        # On an ordinary night.
        ("Europe/London", "2027-06-01T22:00+00:00", "2027-06-02T06:00+00:00"),
        ("Europe/London", "2027-06-01T20:00+00:00", None),
        ("Europe/London", "2027-06-02T06:00+00:00", None),
        # The night is an hour shorter as clocks go forward, an hour longer as they go back.
        ("Europe/London", "2027-03-27T23:00+00:00", "2027-03-28T06:00+00:00"),
        ("Europe/London", "2027-10-30T22:00+00:00", "2027-10-31T07:00+00:00"),
        ("Pacific/Auckland", "2027-09-25T12:00+00:00", "2027-09-25T18:00+00:00"),
    ],
)
def test_quiet_hours_follow_the_clock_on_the_wall(zone: str, now: str, over_at: str | None) -> None:
    night = QuietHours(start=time(22), end=time(7))

    found = night.over_at(datetime.fromisoformat(now), ZoneInfo(zone))

    assert found == (datetime.fromisoformat(over_at) if over_at else None)


def test_quiet_hours_that_end_in_the_hour_clocks_skip_end_just_after_it() -> None:
    night = QuietHours(start=time(22), end=time(1, 30))

    found = night.over_at(datetime(2027, 3, 28, 0, 30, tzinfo=UTC), ZoneInfo("Europe/London"))

    assert found == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_quiet_hours_that_end_in_the_hour_that_comes_twice_never_end_in_the_past() -> None:
    night, london = QuietHours(start=time(22), end=time(1, 30)), ZoneInfo("Europe/London")

    first = night.over_at(datetime(2027, 10, 31, 0, 10, tzinfo=UTC), london)
    second = night.over_at(datetime(2027, 10, 31, 1, 10, tzinfo=UTC), london)

    assert first == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert second == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
