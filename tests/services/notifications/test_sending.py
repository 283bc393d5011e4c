"""What becomes of a mail: taken, put off, refused, lost, and what follows from each."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.notifications.handlers.sending import claim_due_message, deliver
from services.notifications.handlers.sweeping import sweep
from services.notifications.letters import LetterBroken
from services.notifications.model.message import NotHeld
from services.notifications.smtp import Unreachable
from tests.services.notifications.conftest import House
from tests.services.notifications.world import AROHA, DAY, INGRID, MINUTE, TODAY, article, contact, joined, proof, reply
from tests.support import eventually


async def test_a_mail_refused_for_now_is_tried_again_and_arrives(house: House) -> None:
    house.post.rcpt[AROHA] = ["450 4.2.1 Busy"]
    await house.hear(contact(), joined())

    await house.send_due()
    put_off = await house.message()
    await house.later(MINUTE)

    assert (put_off.state, put_off.tries, put_off.reason) == (
        "soft", 1, "450 4.2.1 at RCPT: the mailbox is disabled",
    )  # fmt: skip
    assert timedelta(seconds=15) < put_off.due_at - TODAY <= timedelta(seconds=30)
    assert (await house.message()).state == "sent"
    assert len(house.post.mails) == 1


async def test_each_refusal_doubles_the_wait(house: House) -> None:
    house.post.data[AROHA] = ["451 4.3.0 Later"] * 5
    await house.hear(contact(), joined())

    waits = []
    for _ in range(5):
        now = house.deps.clock.now()
        await house.send_due()
        message = await house.message()
        waits.append((message.due_at - now).total_seconds())
        await house.it_is(message.due_at - timedelta(seconds=1))
        house.clock.move(message.due_at)

    assert all(15 * 2**n < wait <= 30 * 2**n for n, wait in enumerate(waits)), waits


async def test_a_mail_refused_until_it_is_of_no_use_any_more_expires_visibly(house: House) -> None:
    house.post.rcpt[AROHA] = ["450 4.2.2 Full"] * 1000
    await house.hear(contact(), joined())

    for hours in range(0, 8 * 24, 2):
        await house.it_is(TODAY + timedelta(hours=hours))

    message = await house.message()
    assert message.state == "expired"
    assert len(message.attempts) == 20
    assert message.attempts[0].said == "450 4.2.2 at RCPT: the mailbox is full"
    assert [event["outcome"] for event in await house.said()] == ["expired"]


async def test_a_mail_refused_for_good_is_given_up_and_its_address_spared(house: House) -> None:
    house.post.rcpt[AROHA] = ["550 5.1.1 Unknown"]
    await house.hear(contact(), article(), joined())
    await house.send_due()

    await house.hear(reply())
    await house.send_due()

    assert house.post.mails == []
    assert {message.purpose: message.state for message in await house.messages()} == {
        "welcome": "hard",
        "comment-reply": "suppressed",
    }
    assert sorted(event["outcome"] for event in await house.said()) == ["hard", "suppressed"]


async def test_the_list_of_spared_addresses_holds_no_address(house: House) -> None:
    house.post.rcpt[AROHA] = ["550 5.1.1 Unknown"]
    await house.hear(contact(), joined())

    await house.send_due()

    [entry] = await house.database["suppressions"].find({}).to_list()
    assert "aroha" not in str(entry)
    assert entry["said"] == "550 5.1.1 at RCPT: no such mailbox"
    assert await house.deps.suppressions.holds(AROHA.upper())


async def test_a_new_address_is_not_spared_because_of_the_old_one(house: House) -> None:
    house.post.rcpt[AROHA] = ["550 5.1.1 Unknown"]
    await house.hear(contact(), article(), joined())
    await house.send_due()

    await house.hear(contact(email="aroha@new.example", revision=2), reply())
    await house.send_due()

    assert house.post.only.recipients == ["aroha@new.example"]


async def test_a_mail_refused_for_its_content_spares_the_address(house: House) -> None:
    house.post.data[AROHA] = ["554 5.7.1 Looks like spam"]
    await house.hear(contact(), article(), joined())
    await house.send_due()

    await house.hear(reply())
    await house.send_due()

    assert [message.state for message in await house.messages()] == ["hard", "sent"]


async def test_a_server_that_hangs_up_after_the_content_leaves_the_mail_unknown(house: House) -> None:
    house.post.drop_after_content = {AROHA}
    await house.hear(contact(), joined())

    await house.send_due()
    await house.later(DAY)

    message = await house.message()
    assert (message.state, message.reason) == (
        "unknown",
        "the line broke while the mail was leaving: SMTPServerDisconnected",
    )
    assert len(house.post.mails) == 1
    assert [event["outcome"] for event in await house.said()] == ["unknown"]


async def test_a_server_that_hangs_up_before_the_content_gets_the_mail_later(house: House) -> None:
    house.post.drop_at_rcpt = {AROHA}
    await house.hear(contact(), joined())
    await house.send_due()
    assert (await house.message()).state == "soft"

    house.post.drop_at_rcpt = set()
    await house.later(MINUTE)

    assert len(house.post.mails) == 1


@pytest.mark.parametrize("overrides", [{"smtp_verdict_seconds": 0.2}])
async def test_a_server_that_never_answers_the_content_leaves_the_mail_unknown(
    house: House, overrides: dict[str, Any]
) -> None:
    house.post.hold = asyncio.Event()
    await house.hear(contact(), joined())

    await house.send_due()

    message = await house.message()
    assert (message.state, message.reason) == (
        "unknown",
        "the line broke while the mail was leaving: SMTPReadTimeoutError",
    )


@pytest.mark.parametrize("overrides", [{"lease_seconds": 0.5}])
async def test_a_server_that_takes_its_time_costs_nobody_the_mail(house: House, overrides: dict[str, Any]) -> None:
    house.post.hold = asyncio.Event()
    await house.hear(contact(), joined())
    sending = asyncio.create_task(house.send_due())
    await eventually(lambda: house.post.waiting == 1)
    first_lease = (await house.message()).lease_until
    assert first_lease is not None

    async def renewed_twice() -> bool:
        lease = (await house.message()).lease_until
        return lease is not None and (lease - first_lease).total_seconds() > 0.3

    await eventually(renewed_twice)
    await sweep(house.deps)
    house.post.hold.set()
    await sending

    assert (await house.message()).state == "sent"


async def test_without_a_server_the_mail_waits_as_it_is(house: House) -> None:
    await house.post.stop()
    await house.hear(contact(), joined())

    await house.send_due()

    message = await house.message()
    assert (message.state, message.tries, message.due_at) == ("queued", 0, TODAY)
    assert message.reason == "the mail server cannot be reached"
    await house.post.start()
    await house.send_due()
    assert len(house.post.mails) == 1


async def test_one_line_serves_many_mails(house: House) -> None:
    await house.hear(contact(), article(), *(reply(f"reply-{number}") for number in range(10)))

    await house.send_due()

    assert len(house.post.mails) == 10
    assert house.post.connections == 1


async def test_a_line_that_the_server_has_hung_up_is_no_refusal(house: House) -> None:
    await house.hear(contact(), article(), joined())
    await house.send_due()
    await house.post.stop()
    await house.post.start()

    await house.hear(reply())
    await house.send_due()

    assert len(house.post.mails) == 2
    assert {message.tries for message in await house.messages()} == {0}


async def test_a_letter_that_cannot_be_written_is_not_sent_and_waits_for_an_operator(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def render(*_args: object) -> None:
        raise LetterBroken("en/welcome: 'home_url' is undefined")

    monkeypatch.setattr(type(house.deps.desk.letters), "render", render)
    await house.hear(contact(), joined())

    await house.send_due()
    monkeypatch.undo()
    assert house.post.mails == []
    message = await house.message()
    assert (message.state, message.reason) == ("hard", "cannot be written: en/welcome: 'home_url' is undefined")

    admin = house.signed_in("grace", "admin")
    await house.client.post(f"/v1/deliveries/{message.id}/resend", json={}, headers=admin)
    await house.send_due()
    assert len(house.post.mails) == 1


async def test_a_worker_that_wakes_up_late_sends_nothing_it_no_longer_holds(house: House) -> None:
    await house.hear(contact(), joined())
    asleep = await claim_due_message(house.deps)
    assert asleep is not None
    await house.database["messages"].update_one({}, {"$set": {"lease_until": TODAY - 3650 * DAY}})
    await sweep(house.deps)
    await house.send_due()
    assert len(house.post.mails) == 1

    await deliver(house.deps, asleep)

    assert len(house.post.mails) == 1
    assert (await house.message()).state == "sent"


async def test_a_worker_that_dies_before_the_content_has_left_costs_nothing(house: House) -> None:
    await house.hear(contact(), joined())
    await claim_due_message(house.deps)

    await house.database["messages"].update_one({}, {"$set": {"lease_until": TODAY - 3650 * DAY}})
    await house.later(MINUTE)

    assert (await house.message()).state == "sent"
    assert len(house.post.mails) == 1


async def test_a_worker_that_dies_while_the_content_leaves_makes_the_mail_unknown(house: House) -> None:
    await house.hear(contact(), joined())
    message = await claim_due_message(house.deps)
    assert message is not None
    await house.deps.messages.begin_sending(message, 20)

    await house.database["messages"].update_one({}, {"$set": {"lease_until": TODAY - 3650 * DAY}})
    await house.later(DAY)

    assert (await house.message()).state == "unknown"
    assert house.post.mails == []


async def test_a_250_that_comes_after_all_makes_the_unknown_known(house: House) -> None:
    await house.hear(contact(), joined())
    message = await claim_due_message(house.deps)
    assert message is not None
    await house.deps.messages.begin_sending(message, 20)
    await house.database["messages"].update_one({}, {"$set": {"lease_until": TODAY - 3650 * DAY}})
    await sweep(house.deps)

    await house.deps.messages.change(message.id, lambda held: held.sent(message.fence, TODAY))

    assert (await house.message()).state == "sent"
    with pytest.raises(NotHeld):
        (await house.message()).sent(message.fence, TODAY)


async def test_a_message_that_kills_every_worker_is_given_up_in_the_end(house: House) -> None:
    await house.hear(contact(), joined())

    for _ in range(100):
        assert await claim_due_message(house.deps) is not None
        await house.database["messages"].update_one({}, {"$set": {"lease_until": TODAY - 3650 * DAY}})
        await sweep(house.deps)

    message = await house.message()
    assert (message.state, message.reason) == ("hard", "claimed 100 times without an end")


async def test_two_workers_at_once_never_claim_the_same_message(house: House) -> None:
    await house.hear(contact(), article(), *(reply(f"reply-{number}") for number in range(20)))

    claimed = await asyncio.gather(*(claim_due_message(house.deps) for _ in range(30)))

    ids = [message.id for message in claimed if message is not None]
    assert len(ids) == len(set(ids)) == 20


async def test_a_code_goes_before_whatever_else_is_due(house: House) -> None:
    await house.hear(contact("ingrid"), article(), *(reply(f"reply-{n}", to="ingrid", by="aroha") for n in range(5)))
    await house.hear(proof("log-in"))

    await house.send_due()

    assert [mail.recipients[0] for mail in house.post.mails] == [AROHA, *[INGRID] * 5]


async def test_a_probe_finds_out_whether_the_server_is_back(house: House) -> None:
    await house.post.stop()
    with pytest.raises(Unreachable):
        await house.deps.post.probe()

    await house.post.start()

    await house.deps.post.probe()
    assert house.post.connections == 1
