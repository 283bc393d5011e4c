"""The mail itself: MIME parts and headers, safe against whatever a name or a title may hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime

from services.notifications.ics import Method
from services.notifications.letters.engine import Letter
from services.notifications.model.people import Recipient, one_line


class Unfolded(UnstructuredHeader, BaseHeader):
    """A header that goes out on one line as it is.

    The library encodes what is too long for a line and has no space to break it at. An encoded word may not stand
    within angle brackets (RFC 2047, section 5), and mail programs look for no link behind one.
    """

    def fold(self, *, policy: Policy) -> str:
        """The header's one line. An address of ours is far below the 998 characters of RFC 5322, section 2.1.1."""
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", Unfolded)
_POLICY = SMTP.clone(header_factory=_HEADERS)


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """An iTIP calendar object, and what it asks for."""

    method: Method
    content: bytes


def envelope(
    letter: Letter,
    recipient: Recipient,
    *,
    sender: tuple[str, str],
    message_id: str,
    domain: str,
    now: datetime,
    one_click: str | None,
    calendar: CalendarFile | None = None,
) -> EmailMessage:
    """One mail to one recipient.

    The Message-ID comes from the message's id, so that two copies, should there ever be two, are seen to be one. The
    list headers are those of RFC 8058, section 3.1. The calendar is there twice, as clients differ: as a part of its
    own, which asks "accept?", and as a file.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _address(*sender)
    mail["To"] = _address(recipient.name or "", recipient.email)
    mail["Subject"] = one_line(letter.subject)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    if one_click:
        mail["List-Unsubscribe"] = f"<{one_click}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    if calendar:
        _attach(mail, calendar)
    return mail


def _attach(mail: EmailMessage, calendar: CalendarFile) -> None:
    text = calendar.content.decode()
    mail.add_alternative(text, subtype="calendar", params={"method": calendar.method})
    mail.add_attachment(calendar.content, maintype="application", subtype="ics", filename="webinar.ics")


def _address(name: str, address: str) -> Address:
    # Given in two, because in one the standard library takes mailboxes in ASCII only.
    local, _, domain = address.rpartition("@")
    return Address(display_name=one_line(name), username=local, domain=domain)
