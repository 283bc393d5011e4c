"""What an SMTP server's answer means for the mail and for the address.

Sources: RFC 5321, section 4.2 (reply codes), and RFC 3463 (enhanced status codes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

Stage: TypeAlias = Literal["connect", "mail", "rcpt", "data", "compose"]
"""How far the conversation had come; ``compose`` is before it began, in our own house."""

_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")

_WORDS = {
    "1.1": "no such mailbox",
    "1.2": "no such domain",
    "1.3": "the address is not well formed",
    "1.6": "the mailbox has moved",
    "1.10": "the domain takes no mail",
    "2.1": "the mailbox is disabled",
    "2.2": "the mailbox is full",
    "2.3": "the message is too long for the mailbox",
    "3.4": "the message is too large",
    "4.1": "the other server does not answer",
    "7.1": "refused by the server's policy",
    "7.26": "refused because the sender is not authenticated",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """The server has answered no: certainly not taken."""

    stage: Stage
    code: int
    status: str | None = None
    """The enhanced status code, if the server gave one."""

    @property
    def for_good(self) -> bool:
        """Whether trying again is pointless. A refused *sender* is our own fault and may be put right."""
        return 500 <= self.code < 600 and self.stage in {"rcpt", "data"}

    @property
    def blames_address(self) -> bool:
        """Whether nothing should be sent to this address any more.

        A 5xx to RCPT speaks of the address unless its status says otherwise: a full mailbox (x.2.2) or a reason
        that lies in the system, the route, the protocol, the content or a policy (x.3 to x.7). A 5xx to the content
        speaks of the content unless its status names the mailbox (x.1).
        """
        if not self.for_good:
            return False
        if self.status is None:
            return self.stage == "rcpt"
        _, subject, detail = self.status.split(".")
        return subject == "1" or (self.stage == "rcpt" and subject in {"0", "2"} and detail != "2")

    @property
    def words(self) -> str:
        """What an operator reads: codes and our own words, because a server's text often repeats the address."""
        meaning = _WORDS.get(self.status.partition(".")[2]) if self.status else None
        said = f"{self.code} {self.status}" if self.status else str(self.code)
        return f"{said} at {self.stage.upper()}" + (f": {meaning}" if meaning else "")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server has taken the mail: 250 after the content."""

    code: int = 250


@dataclass(frozen=True, slots=True)
class Broken:
    """The connection broke before any of the content had left: certainly not taken."""

    stage: Stage
    error: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection broke, or the server fell silent, after the content had begun to leave: nobody knows."""

    error: str


Outcome: TypeAlias = Accepted | Refused | Broken | Lost


def enhanced_status(text: str) -> str | None:
    """The enhanced status code at the beginning of a server's text (RFC 2034, section 4)."""
    found = _ENHANCED.match(text)
    return found.group(1) if found else None
