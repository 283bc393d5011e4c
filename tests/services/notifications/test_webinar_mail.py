"""Webinars: confirmations, reminders, changes, cancellations and recordings, each once and only while it is true."""

from __future__ import annotations

import pytest

from tests.services.notifications.conftest import House
from tests.services.notifications.world import (
    AROHA,
    DAY,
    HOUR,
    MINUTE,
    START,
    TODAY,
    contact,
    registered,
    registration_cancelled,
    webinar,
    webinar_cancelled,
    webinar_recorded,
)


@pytest.fixture
async def registrant(house: House) -> House:
    """Aroha has a place, and the confirmation."""
    await house.hear(contact(), webinar(), registered())
    await house.send_due()
    assert [mail.subject for mail in house.post.mails] == ["You have a place: Open government in practice"]
    house.post.mails.clear()
    return house


async def test_a_registrant_gets_a_confirmation_in_their_own_time(house: House) -> None:
    await house.hear(contact(), webinar())

    await house.hear(registered())
    await house.send_due()

    text = house.post.only.text
    assert "Saturday, 31 July 2027\n    5:30 \u2013 6:30 pm, New Zealand Standard Time" in text
    assert "(for the host: 1:30 \u2013 2:30 pm, Singapore Standard Time)" in text
    assert "https://plenary.test/webinars/open-government-asia-pacific" in text


async def test_the_hosts_weekday_is_named_where_it_differs(house: House) -> None:
    await house.hear(contact(zone="America/Vancouver"), webinar())

    await house.hear(registered())
    await house.send_due()

    text = house.post.only.text
    assert "Friday, 30 July 2027\n    10:30 \u2013 11:30 pm, Pacific Daylight Time" in text
    assert "(for the host: Saturday, 31 July 2027, 1:30 \u2013 2:30 pm, Singapore Standard Time)" in text


async def test_the_confirmation_carries_the_invitation_twice(registrant: House) -> None:
    await registrant.hear(contact("ingrid"), registered("ingrid"))

    await registrant.send_due()

    mail = registrant.post.only.message
    kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "text/calendar", "application/ics"]
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert part["Content-Type"].params["method"] == "REQUEST"
    attachment = next(iter(mail.iter_attachments()))
    assert attachment.get_filename() == "webinar.ics"
    assert attachment.get_content().decode().replace("\r\n", "\n") == part.get_content().replace("\r\n", "\n")


async def test_reminders_come_a_day_and_an_hour_before(registrant: House) -> None:
    await registrant.it_is(START - DAY - MINUTE)
    assert registrant.post.mails == []

    await registrant.it_is(START - DAY)
    assert [mail.subject for mail in registrant.post.mails] == [
        "Reminder: Open government in practice, Saturday, 31 July 2027, 5:30 pm"
    ]

    await registrant.it_is(START - HOUR)
    await registrant.it_is(START - MINUTE)
    assert len(registrant.post.mails) == 2


async def test_only_reminders_that_are_still_ahead_are_planned(house: House) -> None:
    await house.it_is(START - 20 * HOUR)
    await house.hear(contact(), webinar())

    await house.hear(registered(at=START - 20 * HOUR))

    leads = [message.due_at for message in await house.messages("webinar-reminder")]
    assert leads == [START - HOUR]


async def test_who_registers_in_the_last_hour_is_not_reminded(house: House) -> None:
    await house.it_is(START - 30 * MINUTE)

    await house.hear(contact(), webinar(), registered(at=START - 30 * MINUTE))

    assert await house.messages("webinar-reminder") == []


async def test_a_reminder_that_comes_late_but_in_time_is_sent_once(registrant: House) -> None:
    await registrant.it_is(START - 5 * HOUR)
    await registrant.it_is(START - 4 * HOUR)

    assert len(registrant.post.mails) == 1


async def test_a_reminder_that_comes_too_late_to_be_useful_expires_visibly(registrant: House) -> None:
    await registrant.it_is(START + MINUTE)

    assert registrant.post.mails == []
    reminders = await registrant.messages("webinar-reminder")
    assert [(message.state, message.reason) for message in reminders] == [("expired", "too late")] * 2
    outcomes = [event["outcome"] for event in await registrant.said() if event["type"] == "NotificationFailed"]
    assert outcomes == ["expired", "expired"]


async def test_a_cancelled_registration_sends_no_reminder(registrant: House) -> None:
    await registrant.hear(registration_cancelled())

    await registrant.it_is(START - DAY)
    await registrant.it_is(START - HOUR)

    assert registrant.post.mails == []
    reasons = {message.reason for message in await registrant.messages("webinar-reminder")}
    assert reasons == {"the registration was cancelled"}


async def test_who_registers_again_after_cancelling_is_confirmed_and_reminded_again(registrant: House) -> None:
    await registrant.hear(registration_cancelled(at=TODAY))
    await registrant.hear(registered(at=TODAY + MINUTE))

    await registrant.it_is(TODAY + MINUTE)
    await registrant.it_is(START - DAY)

    assert [mail.subject.split(":")[0] for mail in registrant.post.mails] == ["You have a place", "Reminder"]


async def test_a_moved_webinar_is_told_once_and_moves_the_reminders(registrant: House) -> None:
    await registrant.hear(webinar(START + 3 * DAY, sequence=1, scheduled_at=TODAY))
    await registrant.send_due()

    mail = registrant.post.only
    assert mail.subject == "New time: Open government in practice, Tuesday, 3 August 2027, 5:30 pm"
    assert "SEQUENCE:1" in mail.calendar()
    registrant.post.mails.clear()
    await registrant.it_is(START - DAY)
    assert registrant.post.mails == []
    await registrant.it_is(START + 2 * DAY)
    assert [mail.subject.split(":")[0] for mail in registrant.post.mails] == ["Reminder"]


async def test_moved_to_an_earlier_time_the_reminders_come_earlier(registrant: House) -> None:
    await registrant.hear(webinar(START - 3 * DAY, sequence=1, scheduled_at=TODAY))

    await registrant.it_is(START - 4 * DAY)

    assert [mail.subject.split(":")[0] for mail in registrant.post.mails] == ["New time", "Reminder"]


async def test_moved_by_an_hour_after_the_days_reminder_it_is_not_repeated(registrant: House) -> None:
    await registrant.it_is(START - DAY)
    await registrant.hear(webinar(START + HOUR, sequence=1, scheduled_at=START - DAY + MINUTE))

    await registrant.it_is(START - DAY + HOUR)
    await registrant.it_is(START)

    assert [mail.subject.split(":")[0] for mail in registrant.post.mails] == ["Reminder", "New time", "Reminder"]


async def test_moved_by_a_week_after_the_days_reminder_it_is_reminded_again(registrant: House) -> None:
    await registrant.it_is(START - DAY)
    await registrant.hear(webinar(START + 7 * DAY, sequence=1, scheduled_at=START - DAY + MINUTE))

    await registrant.it_is(START + 6 * DAY)

    assert [mail.subject.split(":")[0] for mail in registrant.post.mails] == ["Reminder", "New time", "Reminder"]


async def test_moved_twice_before_the_mail_has_left_only_the_last_time_is_told(registrant: House) -> None:
    await registrant.hear(
        webinar(START + DAY, sequence=1, scheduled_at=TODAY), webinar(START + 2 * DAY, sequence=2, scheduled_at=TODAY)
    )

    await registrant.send_due()

    assert "Monday, 2 August 2027" in registrant.post.only.subject


async def test_a_new_title_alone_sends_nothing_and_is_used_from_then_on(registrant: House) -> None:
    await registrant.hear(webinar(title="Open government, told by those who do it", scheduled_at=TODAY))
    await registrant.send_due()
    assert registrant.post.mails == []

    await registrant.it_is(START - DAY)

    assert "told by those who do it" in registrant.post.only.subject


async def test_a_cancelled_webinar_is_told_once_and_taken_out_of_the_calendar(registrant: House) -> None:
    await registrant.hear(webinar_cancelled())
    await registrant.hear(webinar_cancelled())
    await registrant.send_due()
    await registrant.it_is(START - HOUR)

    mail = registrant.post.only
    assert mail.subject == "Cancelled: Open government in practice"
    assert "METHOD:CANCEL" in mail.calendar()
    assert "STATUS:CANCELLED" in mail.calendar()
    assert "SEQUENCE:1" in mail.calendar()


async def test_a_recording_is_told_once(registrant: House) -> None:
    await registrant.it_is(START + DAY)
    registrant.post.mails.clear()
    await registrant.hear(webinar_recorded())
    await registrant.hear(webinar_recorded("https://video.example/better"))

    await registrant.send_due()

    mail = registrant.post.only
    assert mail.subject == "The recording: Open government in practice"
    assert "https://video.example/better" in mail.text


async def test_who_has_given_up_the_place_hears_of_no_change_cancellation_or_recording(registrant: House) -> None:
    await registrant.hear(registration_cancelled())

    await registrant.hear(webinar(START + DAY, sequence=1), webinar_cancelled(2), webinar_recorded())
    await registrant.send_due()

    assert registrant.post.mails == []


async def test_everything_three_times_over_and_shuffled_sends_each_mail_once(house: House) -> None:
    story = [contact(), webinar(), registered(), contact("ingrid"), registered("ingrid")]
    await house.hear(*story)
    await house.send_due()

    for _ in range(3):
        await house.hear_all_again()
        await house.send_due()
    await house.it_is(START - DAY)
    await house.hear_all_again()
    await house.it_is(START - HOUR)

    for address in (AROHA, "ingrid@regeringen.example"):
        assert [mail.subject.split(":")[0] for mail in house.post.to(address)] == [
            "You have a place",
            "Reminder",
            "Reminder",
        ]
