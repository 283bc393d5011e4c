"""An event in, a mail out: each kind of mail, with its links, to one person."""

from __future__ import annotations

import pytest

from tests.services.notifications.conftest import House
from tests.services.notifications.world import (
    AROHA,
    DAY,
    INGRID,
    TODAY,
    article,
    contact,
    joined,
    proof,
    reply,
    suggestion,
    webinar,
)


async def test_a_sign_up_is_mailed_its_code_and_its_link(house: House) -> None:
    await house.hear(proof("sign-up"))

    await house.send_due()

    mail = house.post.only
    assert mail.recipients == [AROHA]
    assert mail.subject == "482915 is your code to join Plenary"
    assert "    482915\n" in mail.text
    assert "https://plenary.test/proof/1#token=a-secret%2Ftoken" in mail.text
    assert 'href="https://plenary.test/proof/1#token=a-secret%2Ftoken"' in mail.html
    assert "the next 24 hours" in mail.text


@pytest.mark.parametrize(
    ("purpose", "subject"),
    [
        ("log-in", "482915 is your code to log in to Plenary"),
        ("password-reset", "Choose a new password for Plenary"),
        ("already-a-member", "You are already a member of Plenary"),
    ],
)
async def test_every_kind_of_proof_has_a_letter_of_its_own(house: House, purpose: str, subject: str) -> None:
    await house.hear(proof(purpose))

    await house.send_due()

    assert house.post.only.subject == subject
    assert "482915" in house.post.only.text


async def test_a_proof_that_was_used_meanwhile_is_not_mailed(house: House) -> None:
    await house.hear(proof())

    await house.forget("proof:1")
    await house.send_due()

    assert house.post.mails == []
    message = await house.message()
    assert (message.state, message.reason) == ("cancelled", "the proof was used or has expired")


async def test_code_and_token_are_forgotten_once_they_are_mailed(house: House) -> None:
    await house.hear(proof())

    await house.send_due()

    kept = await house.everything_kept()
    assert "482915" not in kept
    assert "a-secret/token" not in kept
    assert AROHA not in kept


async def test_a_new_member_is_welcomed_by_name(house: House) -> None:
    await house.hear(joined(), contact())

    await house.send_due()

    assert house.post.only.subject == "Welcome to Plenary, Aroha Ngata"
    assert str(house.post.only.message["To"]) == f"Aroha Ngata <{AROHA}>"


async def test_a_reply_is_mailed_with_a_link_to_its_place(house: House) -> None:
    await house.hear(contact(), article(), reply())

    await house.send_due()

    mail = house.post.only
    assert mail.subject == "A reply to your comment on “What openness means”"
    assert "https://plenary.test/articles/what-openness-means#comment-reply" in mail.text


async def test_nobody_is_mailed_about_their_own_reply(house: House) -> None:
    await house.hear(contact(), article(), reply(to="aroha", by="aroha"), reply("other", to=None))

    await house.send_due()

    assert await house.messages() == []
    assert house.post.mails == []


async def test_the_same_reply_twice_mails_once(house: House) -> None:
    await house.hear(contact(), article())

    await house.hear(reply(), reply(), id="one-event")
    await house.send_due()
    await house.hear_all_again()
    await house.send_due()

    assert len(house.post.mails) == 1


async def test_a_comment_hidden_and_shown_again_mails_once(house: House) -> None:
    await house.hear(contact(), article(), reply())
    await house.send_due()

    await house.hear(reply(revision=3))
    await house.send_due()

    assert len(house.post.mails) == 1


@pytest.mark.parametrize("event", ["CommentHidden", "CommentErased"])
async def test_a_comment_taken_away_before_the_mail_has_left_is_not_mailed(house: House, event: str) -> None:
    from shared.events import community  # noqa: PLC0415 - by name

    gone = {"comment_id": "reply", "article_id": "openness", "revision": 2, "hidden_at": TODAY, "erased_at": TODAY}
    await house.hear(contact(), article(), reply())

    await house.hear(getattr(community, event).model_validate(gone))
    await house.send_due()

    assert house.post.mails == []
    assert (await house.message()).reason == "the comment was taken away"


@pytest.mark.parametrize(
    ("state", "subject"),
    [
        ("triaged", "We have read your suggestion: Budgets that citizens write"),
        ("planned", "Your suggestion is planned: Budgets that citizens write"),
        ("declined", "About your suggestion: Budgets that citizens write"),
    ],
)
async def test_a_submitter_hears_what_becomes_of_a_suggestion(house: House, state: str, subject: str) -> None:
    await house.hear(contact(), suggestion(state, reason="It is for the autumn."))

    await house.send_due()

    assert house.post.only.subject == subject
    assert "It is for the autumn." in house.post.only.text


async def test_a_scheduled_suggestion_links_to_its_webinar(house: House) -> None:
    await house.hear(contact(), webinar(), suggestion("scheduled", webinar_id="asia-pacific"))

    await house.send_due()

    assert "https://plenary.test/webinars/open-government-asia-pacific" in house.post.only.text
    assert "Open government in practice" in house.post.only.html


async def test_each_mail_goes_to_one_recipient_and_names_nobody_else(house: House) -> None:
    await house.hear(contact(), contact("ingrid"), article())

    await house.hear(reply("first", to="aroha", by="ingrid"), reply("second", to="ingrid", by="aroha"))
    await house.send_due()

    assert [mail.recipients for mail in house.post.mails] == [[AROHA], [INGRID]]
    assert INGRID not in house.post.to(AROHA)[0].content.decode()
    assert "Ingrid" not in house.post.to(AROHA)[0].content.decode()


async def test_what_was_sent_is_said_without_address_or_name(house: House) -> None:
    await house.hear(contact(), article())
    await house.hear(reply(), id="the-event")

    await house.send_due()

    message = await house.message()
    assert await house.said() == [
        {
            "type": "NotificationSent",
            "notification_id": message.id,
            "member_id": "aroha",
            "purpose": "comment-reply",
            "channel": "email",
            "cause_id": "the-event",
            "sent_at": TODAY,
        }
    ]


async def test_a_sent_message_keeps_its_place_in_the_ledger_and_not_what_it_was_about(house: House) -> None:
    await house.hear(contact(), suggestion("declined", reason="Not this year."))

    await house.send_due()

    message = await house.message()
    assert (message.state, message.about, message.settled_at) == ("sent", None, TODAY)
    assert "Not this year." not in str(await house.database["messages"].find({}).to_list())


async def test_two_copies_would_be_known_by_their_message_id(house: House) -> None:
    await house.hear(contact(), joined())

    await house.send_due()

    message = await house.message()
    assert house.post.only.message["Message-ID"] == f"<{message.id}@plenary.example>"


async def test_a_mail_nobody_could_be_sent_in_time_expires_visibly(house: House) -> None:
    await house.hear(joined("nobody-knows-whom"))
    await house.send_due()

    await house.later(8 * DAY)

    message = await house.message()
    assert (message.state, message.reason) == ("expired", "too late; last: the contact is not known yet")
    assert [(event["type"], event["outcome"]) for event in await house.said()] == [("NotificationFailed", "expired")]
