"""The worker's own components: mail leaves by itself, and nothing holds up the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from services.notifications.timers import Sender, Sweeper
from tests.services.notifications.conftest import House
from tests.services.notifications.world import (
    AROHA,
    DAY,
    INGRID,
    START,
    article,
    contact,
    joined,
    proof,
    registered,
    reply,
    webinar,
)
from tests.support import eventually, running


@asynccontextmanager
async def at_work(house: House) -> AsyncIterator[None]:
    async with running(Sender(house.deps), Sweeper(house.deps)):
        yield


async def sent(house: House, count: int, *, within: float = 10) -> None:
    async def so_many() -> bool:
        return (await house.states())["sent"] == count

    await eventually(so_many, within=within)


@pytest.mark.parametrize("overrides", [{"poll_seconds": 30.0}])
async def test_mail_leaves_as_soon_as_its_event_is_handled(house: House, overrides: dict[str, Any]) -> None:
    async with at_work(house):
        await asyncio.sleep(0.1)
        await house.hear(contact(), joined())
        await sent(house, 1, within=2)

        await house.hear(article(), reply())
        await sent(house, 2, within=2)

    assert len(house.post.mails) == 2


async def test_mail_that_somebody_else_put_into_the_queue_is_found_too(house: House) -> None:
    await house.hear(contact(), joined())
    house.deps.bell.found()

    async with at_work(house):
        await sent(house, 1)

    assert len(house.post.mails) == 1


async def test_a_hundred_mails_leave_on_no_more_lines_than_there_are_senders(house: House) -> None:
    people = [f"member-{number}" for number in range(100)]
    await house.hear(article(), *(contact(name) for name in people), *(reply(f"to-{name}", to=name) for name in people))

    async with at_work(house):
        await sent(house, 100, within=20)

    assert len({mail.recipients[0] for mail in house.post.mails}) == 100
    assert house.post.connections <= house.deps.settings.senders


async def test_one_mail_without_an_answer_holds_up_none_of_the_others(house: House) -> None:
    await house.hear(contact(), contact("ingrid"), article(), joined())
    house.post.hold = asyncio.Event()

    async with at_work(house):
        await eventually(lambda: house.post.waiting == 1)
        held, house.post.hold = house.post.hold, None
        await house.hear(*(reply(f"reply-{number}", to="ingrid", by="aroha") for number in range(5)))
        await sent(house, 5)
        assert house.post.to(AROHA) == []
        held.set()
        await sent(house, 6)


async def test_one_mail_that_is_always_refused_holds_up_none_of_the_others(house: House) -> None:
    house.post.drop_at_rcpt = {AROHA}
    await house.hear(contact(), contact("ingrid"), article(), joined())
    await house.hear(*(reply(f"reply-{number}", to="ingrid", by="aroha") for number in range(5)))

    async with at_work(house):
        await sent(house, 5)

    assert len(house.post.to(INGRID)) == 5
    assert (await house.message("welcome")).state == "soft"


async def test_while_the_server_is_away_mail_waits_and_all_of_it_arrives_once(house: House) -> None:
    await house.post.stop()
    people = [f"member-{number}" for number in range(30)]

    async with at_work(house):
        await house.hear(*(contact(name) for name in people), *(joined(name) for name in people))
        await eventually(lambda: _waits_for_the_server(house))
        assert (await house.states())["queued"] == 30
        await house.hear(article())
        await house.post.start()
        await sent(house, 30, within=20)

    assert sorted(mail.recipients[0] for mail in house.post.mails) == sorted(f"{name}@gov.example" for name in people)
    assert {message.tries for message in await house.messages()} == {0}


async def test_a_server_killed_again_and_again_gets_each_mail_once_or_it_is_unknown(house: House) -> None:
    people = [f"member-{number}" for number in range(120)]
    await house.hear(*(contact(name) for name in people), *(joined(name) for name in people))
    await house.database["messages"].update_many({}, {"$set": {"tries": 0}})

    async with at_work(house):
        for _ in range(4):
            await more_arrived(house, 12)
            await house.post.stop()
            await asyncio.sleep(0.05)
            await house.post.start()
        await eventually(lambda: _nothing_in_hand(house), within=30)
    await house.later(timedelta(hours=1))

    states = await house.states()
    assert set(states) <= {"sent", "unknown"}
    assert sum(states.values()) == 120
    arrived = [mail.recipients[0] for mail in house.post.mails]
    assert len(arrived) == len(set(arrived))
    assert states["sent"] <= len(arrived) <= states["sent"] + states["unknown"]
    assert states["unknown"] <= 4 * house.deps.settings.senders


async def test_a_reminder_that_falls_due_leaves_by_itself(house: House) -> None:
    await house.hear(contact(), webinar(), registered())

    async with at_work(house):
        await sent(house, 1)
        house.clock.move(START - DAY)
        await sent(house, 2)

    assert house.post.mails[-1].subject.startswith("Reminder: ")


async def test_two_workers_side_by_side_send_each_mail_once(house: House) -> None:
    people = [f"member-{number}" for number in range(60)]
    await house.hear(*(contact(name) for name in people), *(joined(name) for name in people))

    async with running(Sender(house.deps), Sender(house.deps), Sweeper(house.deps), Sweeper(house.deps)):
        await sent(house, 60, within=20)

    assert len(house.post.mails) == 60


async def test_told_to_stop_it_finishes_what_is_under_way(house: House) -> None:
    await house.hear(contact(), joined())
    house.post.hold = asyncio.Event()
    stop = asyncio.Event()
    sender = asyncio.create_task(Sender(house.deps).run(stop))
    await eventually(lambda: house.post.waiting == 1)

    stop.set()
    await asyncio.sleep(0.05)
    assert not sender.done()
    house.post.hold.set()
    await asyncio.wait_for(sender, 5)

    assert (await house.message()).state == "sent"


async def test_told_to_stop_while_the_server_is_away_it_stops(house: House) -> None:
    await house.post.stop()
    await house.hear(contact(), proof())
    stop = asyncio.Event()
    sender = asyncio.create_task(Sender(house.deps).run(stop))
    await eventually(lambda: _waits_for_the_server(house))

    stop.set()

    await asyncio.wait_for(sender, 2)


async def more_arrived(house: House, count: int) -> None:
    wanted = min(120, len(house.post.mails) + count)
    await eventually(lambda: len(house.post.mails) >= wanted)


async def _waits_for_the_server(house: House) -> bool:
    return any(message.reason == "the mail server cannot be reached" for message in await house.messages())


async def _nothing_in_hand(house: House) -> bool:
    states = await house.states()
    return not (states["queued"] or states["claimed"] or states["sending"])
