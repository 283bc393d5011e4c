"""Somebody in Wellington registers for a webinar in Singapore: the right hour in their calendar, and one reminder."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest_asyncio
import vobject

from tests.journeys.conftest import Site, address, bearer
from tests.support import eventually

TITLE = "What openness asks of managers"
SINGAPORE, WELLINGTON = "Asia/Singapore", "Pacific/Auckland"


@dataclass(frozen=True)
class Place:
    """Mere's place at the webinar."""

    webinar: dict[str, Any]
    member_id: str
    email: str
    answer: dict[str, Any]
    confirmation: dict[str, Any]

    @property
    def starts_at(self) -> datetime:
        """As the site says it."""
        return datetime.fromisoformat(self.webinar["times"]["starts_at"])


def next_july() -> str:
    """The last day of the next July, far enough ahead for both reminders."""
    today = datetime.now(UTC).date() + timedelta(days=3)
    this_year = date(today.year, 7, 31)
    return (this_year if this_year > today else this_year.replace(year=today.year + 1)).isoformat()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(site: Site) -> Place:
    webinar = await site.announce(TITLE, f"{next_july()}T13:30", SINGAPORE, regions=["asia-pacific"], capacity=50)
    email = address("health.govt.nz")
    async with site.browser() as browser:
        tokens = await site.join(browser, email, "Mere Ngata", WELLINGTON)
        answer = await browser.post(webinar["registrations"], params={"zone": WELLINGTON}, headers=bearer(tokens))
        assert answer.status_code == 201, answer.text
    return Place(webinar, tokens["member"]["id"], email, answer.json(), await site.mail_to(email, "You have a place"))


async def test_registering_from_wellington_shows_both_clocks(place: Place) -> None:
    times = place.answer["webinar"]["times"]

    assert place.answer["state"] == "registered"
    assert datetime.fromisoformat(times["starts_at"]) == datetime.fromisoformat(f"{next_july()}T05:30Z")
    assert times["host"]["words"] == "1.30pm Singapore time on July 31st"
    assert times["viewer"]["starts_at"] == f"{next_july()}T17:30:00+12:00"


async def test_the_confirmation_puts_the_right_hour_into_a_calendar_in_wellington(place: Place) -> None:
    (attached,) = place.confirmation["attachments"]

    invitation = vobject.readOne(base64.b64decode(attached["content"]).decode())

    event = invitation.vevent
    starts_at, ends_at = event.dtstart.value, event.dtend.value
    assert (attached["filename"], invitation.method.value) == ("webinar.ics", "REQUEST")
    assert starts_at.astimezone(UTC) == place.starts_at == datetime.fromisoformat(f"{next_july()}T13:30+08:00")
    assert (starts_at.hour, starts_at.minute) == (17, 30)
    assert starts_at.utcoffset() == starts_at.astimezone(ZoneInfo(WELLINGTON)).utcoffset()
    assert ends_at - starts_at == timedelta(hours=1)
    assert (event.summary.value, event.sequence.value) == (TITLE, "0")
    assert event.attendee.value == f"mailto:{place.email}"


async def test_a_reminder_comes_once_although_the_worker_is_killed_while_it_holds_it(site: Site, place: Place) -> None:
    worker = site.platform.process("notifications-worker")
    tomorrow = int((place.starts_at - timedelta(hours=23) - datetime.now(UTC)).total_seconds())
    before = worker.crashes

    # The day before the webinar, a worker that dies by SIGKILL as soon as it has taken the reminder into its hands.
    dies = {"NOTIFICATIONS_FAULT_POINTS": "mail.after-claim", "NOTIFICATIONS_LEASE_SECONDS": "1"}
    await worker.restart({**dies, "NOTIFICATIONS_CLOCK_OFFSET_SECONDS": str(tomorrow)})
    await eventually(lambda: worker.crashes > before, within=20)
    await site.platform.restart("notifications-worker", {"NOTIFICATIONS_FAULT_POINTS": ""}, clock_offset=tomorrow)
    await site.mail_to(place.email, "Reminder")
    await site.platform.restart("notifications-worker", {"NOTIFICATIONS_LEASE_SECONDS": "20"}, clock_offset=0)

    # Whatever else was to leave would have left before the mail of somebody who joins now.
    async with site.browser() as browser:
        await site.join(browser, address("health.govt.nz"), "Wiremu Parata")
    reminders = await site.mails_to(place.email, "Reminder")
    assert [mail["subject"].startswith(f"Reminder: {TITLE}") for mail in reminders] == [True]
    planned = site.database("notifications")["messages"].find(
        {"member_id": place.member_id, "purpose": "webinar-reminder"}, {"state": 1, "fence": 1}, sort=[("due_at", 1)]
    )
    assert [(row["state"], row["fence"]) async for row in planned] == [("sent", 2), ("queued", 0)]
