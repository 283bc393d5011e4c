"""A member is forgotten: what waits is cancelled, and what is kept names nobody (N13)."""

from __future__ import annotations

from services.notifications.handlers.sending import claim_due_message, deliver
from tests.services.notifications.conftest import House
from tests.services.notifications.world import (
    AROHA,
    DAY,
    HOUR,
    START,
    TODAY,
    article,
    contact,
    joined,
    registered,
    reply,
    suspended,
    webinar,
)


async def test_after_an_erasure_nothing_that_was_queued_is_sent(house: House) -> None:
    await house.hear(contact(), article(), webinar(), joined(), reply(), registered())

    await house.forget("aroha")
    await house.send_due()
    await house.it_is(START - DAY)
    await house.it_is(START - HOUR)

    assert house.post.mails == []
    assert {(message.state, message.reason) for message in await house.messages()} == {("cancelled", "erased")}


async def test_after_an_erasure_the_ledger_is_there_and_the_person_is_not(house: House) -> None:
    await house.hear(contact(), article(), webinar(), suspended(until=None), joined(), registered())
    await house.send_due()
    headers = house.signed_in()
    await house.client.put(
        "/v1/preferences", json={"purposes": {"comment-reply": "off"}}, headers={**headers, "If-Match": '"0"'}
    )
    sent = len(house.post.mails)

    await house.forget("aroha")

    kept = await house.everything_kept(without=["messages"])
    assert "aroha" not in kept.lower()
    assert "Ngata" not in kept
    messages = await house.messages()
    assert [message.state for message in messages].count("sent") == sent
    assert {message.member_id for message in messages} == {None}
    assert all(message.about is None for message in messages)


async def test_others_are_left_alone(house: House) -> None:
    await house.hear(contact(), contact("ingrid"), joined(), joined("ingrid"))

    await house.forget("aroha")
    await house.send_due()

    assert house.post.only.recipients == ["ingrid@regeringen.example"]


async def test_a_mail_on_its_way_during_the_erasure_is_noted_without_the_person(house: House) -> None:
    await house.hear(contact(), joined())
    message = await claim_due_message(house.deps)
    assert message is not None

    await house.forget("aroha")
    await deliver(house.deps, message)

    after = await house.message()
    assert after.member_id is None
    assert house.post.mails == []


async def test_what_was_given_up_cannot_be_sent_again_after_the_erasure(house: House) -> None:
    house.post.data[AROHA] = ["554 5.6.0 No"]
    await house.hear(contact(), joined())
    await house.send_due()

    await house.forget("aroha")

    message = await house.message()
    assert (message.state, message.resendable) == ("hard", False)


async def test_a_replay_after_the_erasure_sends_nothing(house: House) -> None:
    await house.hear(contact(), article(), reply())
    await house.send_due()
    await house.forget("aroha")
    house.post.mails.clear()

    await house.hear(reply())
    await house.it_is(TODAY + 4 * DAY)

    assert house.post.mails == []
