"""Every question to the database is answered from an index."""

from __future__ import annotations

from datetime import timedelta

from services.notifications.model.message import GIVEN_UP, WAITING
from tests.services.notifications.conftest import House
from tests.services.notifications.world import TODAY, article, contact, joined, registered, reply, webinar
from tests.support import assert_index_used


async def test_every_query_is_answered_from_an_index(house: House) -> None:
    await house.hear(contact(), article(), webinar(), joined(), reply(), registered())
    await house.send_due()
    messages, webinars = house.deps.messages, house.deps.webinars

    for cursor in (
        messages.due_cursor(TODAY),
        messages.lapsed_cursor(),
        messages.overdue_cursor(TODAY),
        messages.about_cursor(["member:aroha"]),
        messages.about_cursor(["webinar:asia-pacific"], states=WAITING),
        messages.page_cursor(GIVEN_UP, after=None),
        messages.page_cursor(GIVEN_UP, after=[TODAY, "x"]),
        webinars.registered_cursor("asia-pacific"),
        house.database["registrations"].find({"member_id": "aroha"}),
        house.database["articles"].find({"topics": {"$in": ["budgets"]}}),
        house.database["webinars"].find({"topics": {"$in": ["budgets"]}}),
    ):
        await assert_index_used(cursor)


async def test_what_is_due_first_is_claimed_first_without_reading_what_is_not_due(house: House) -> None:
    await house.hear(contact(), webinar(), registered(), joined())

    explained = await house.deps.messages.due_cursor(TODAY).explain()

    assert explained["executionStats"]["totalDocsExamined"] == 2


async def test_messages_are_counted_by_state(house: House) -> None:
    await house.hear(joined("one"), joined("two"))

    assert await house.deps.messages.count("queued") == 2
    assert await house.deps.messages.count("unknown") == 0


async def test_the_ledger_and_the_spared_addresses_are_forgotten_in_time(house: House) -> None:
    found = {}
    for name in ("messages", "suppressions", "proofs"):
        for index in (await house.database[name].index_information()).values():
            if "expireAfterSeconds" in index:
                found[name] = timedelta(seconds=index["expireAfterSeconds"])

    assert found == {
        "messages": timedelta(days=180),
        "suppressions": timedelta(days=180),
        "proofs": timedelta(hours=1),
    }
