"""The desk at which a message becomes a mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from services.notifications.ics import Method, webinar_calendar
from services.notifications.letters.contents import contents, letter_name
from services.notifications.letters.engine import Letters
from services.notifications.letters.envelope import CalendarFile, envelope
from services.notifications.letters.links import Links
from services.notifications.letters.samples import sample_variables
from services.notifications.model.examination import Known
from services.notifications.model.message import Message
from services.notifications.model.people import Recipient
from services.notifications.model.purposes import RULES
from services.notifications.model.webinars import Webinar
from services.notifications.unsubscribing import UnsubscribeTokens
from shared.events.notifications import Purpose

INVITES: dict[Purpose, Method] = {
    "webinar-confirmation": "REQUEST",
    "webinar-change": "REQUEST",
    "webinar-cancellation": "CANCEL",
}
"""Which mails carry a calendar file, and what it asks of the calendar."""


@dataclass(frozen=True, slots=True)
class Desk:
    """All that is needed to write, and nothing that is needed to send."""

    letters: Letters
    links: Links
    tokens: UnsubscribeTokens
    sender: tuple[str, str]
    domain: str

    def check(self) -> None:
        """Write every letter with samples; raises :class:`~services.notifications.letters.LetterBroken`."""
        self.letters.check(sample_variables(self.links))

    def write(self, message: Message, known: Known, recipient: Recipient, now: datetime) -> EmailMessage:
        """The mail for this message; raises :class:`~services.notifications.letters.LetterBroken`."""
        variables = contents(message, known, recipient, self.links, now)
        one_click = None
        if RULES[message.purpose].mutable and message.member_id:
            token = self.tokens.make(message.member_id, message.purpose)
            one_click = self.links.one_click(token)
            variables["unsubscribe_url"] = self.links.unsubscribe(token)
        locale = self.letters.locale_for(recipient.locale)
        letter = self.letters.render(locale, letter_name(message, known), variables)
        return envelope(
            letter,
            recipient,
            sender=self.sender,
            message_id=message.id,
            domain=self.domain,
            now=now,
            one_click=one_click,
            calendar=self._calendar(message, known.webinar, recipient, now),
        )

    def _calendar(
        self, message: Message, webinar: Webinar | None, recipient: Recipient, now: datetime
    ) -> CalendarFile | None:
        method = INVITES.get(message.purpose)
        if method is None or webinar is None:
            return None
        content = webinar_calendar(
            webinar,
            recipient,
            method=method,
            organizer=self.sender,
            domain=self.domain,
            page=self.links.webinar(webinar.slug),
            now=now,
        )
        return CalendarFile(method, content)
