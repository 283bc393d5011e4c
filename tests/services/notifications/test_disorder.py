"""Topics are read side by side: whatever comes first, the same mail is sent in the end."""

from __future__ import annotations

import asyncio
from itertools import permutations

import pytest

from shared.events import Event
from tests.services.notifications.conftest import House
from tests.services.notifications.world import (
    AROHA,
    DAY,
    HOUR,
    MINUTE,
    START,
    TODAY,
    article,
    contact,
    joined,
    registered,
    reply,
    webinar,
    webinar_cancelled,
)

PIECES: dict[str, Event] = {"contact": contact(), "webinar": webinar(), "place": registered()}


@pytest.mark.parametrize("order", list(permutations(PIECES)), ids="-".join)
async def test_contact_webinar_and_registration_may_come_in_any_order(house: House, order: tuple[str, ...]) -> None:
    for name in order:
        await house.hear(PIECES[name])
        await house.send_due()

    assert house.post.only.recipients == [AROHA]
    await house.it_is(START - DAY)
    await house.it_is(START - HOUR)
    assert len(house.post.mails) == 3


async def test_a_reply_waits_for_its_article_and_its_reader(house: House) -> None:
    await house.hear(reply())
    await house.send_due()
    assert (await house.message()).reason == "the article is not known yet"

    await house.hear(article())
    await house.send_due()
    assert (await house.message()).reason == "the contact is not known yet"

    await house.hear(contact())
    await house.send_due()
    assert house.post.only.recipients == [AROHA]


async def test_a_welcome_waits_for_the_contact_and_leaves_as_soon_as_it_is_there(house: House) -> None:
    await house.hear(joined())
    await house.send_due()
    waiting = await house.message()
    assert (waiting.state, waiting.tries) == ("queued", 0)
    assert waiting.due_at > TODAY

    await house.hear(contact())
    await house.send_due()

    assert house.post.only.recipients == [AROHA]


async def test_an_announcement_and_a_registration_at_once_do_not_miss_each_other(house: House) -> None:
    await house.hear(contact())

    await asyncio.gather(house.hear(webinar()), house.hear(registered()))
    await house.send_due()

    assert len(house.post.mails) == 1
    assert len(await house.messages("webinar-reminder")) == 2


async def test_an_older_contact_does_not_replace_a_newer_one(house: House) -> None:
    await house.hear(contact(revision=2, email="new@treasury.example"))

    await house.hear(contact(revision=1), joined())
    await house.send_due()

    assert house.post.only.recipients == ["new@treasury.example"]


async def test_an_older_announcement_does_not_move_a_webinar_back(house: House) -> None:
    await house.hear(contact(), webinar(START + DAY, sequence=1), registered())

    await house.hear(webinar(START, sequence=0))
    await house.send_due()

    assert "Sunday, 1 August 2027" in house.post.only.text


async def test_a_registration_heard_of_after_the_cancellation_is_told_of_it(house: House) -> None:
    await house.hear(contact(), webinar(), webinar_cancelled())

    await house.hear(registered(at=TODAY - 2 * HOUR))
    await house.send_due()

    assert house.post.only.subject == "Cancelled: Open government in practice"


async def test_what_waits_looks_again_by_itself_ever_less_often(house: House) -> None:
    await house.hear(joined())
    await house.send_due()

    first = (await house.message()).due_at - TODAY
    await house.later(30 * MINUTE)
    later = (await house.message()).due_at - (TODAY + 30 * MINUTE)

    assert first.total_seconds() == 1
    assert later == MINUTE
