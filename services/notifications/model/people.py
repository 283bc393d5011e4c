"""Who is written to: contacts, proofs of an address, and the state of accounts, as accounts has told them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from email.utils import parseaddr
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import idna
from pydantic import BaseModel, ConfigDict

from shared.events import Instant

_LOCAL = re.compile(r"[^\s\x00-\x20\x7f\"(),:;<>@\[\\\]]{1,64}")
"""A dot-string (RFC 5321, section 4.1.2; RFC 6531 for other scripts): quoted local parts exist on paper only."""
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")

MAX_LINE = 200
"""Characters of a name or title in a mail; a longer one would be folded over half the screen."""


class Contact(BaseModel):
    """How a member is reached."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    email: str
    name: str
    locale: str = "en"
    zone: str = "UTC"
    revision: int


class Proof(BaseModel):
    """Somebody has asked to prove this address; gone as soon as it is used, expired or mailed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    email: str
    purpose: Literal["sign-up", "log-in", "password-reset", "already-a-member"]
    code: str | None = None
    token: str | None = None
    locale: str = "en"
    expires_at: Instant


class Account(BaseModel):
    """What decides whether a member is written to at all."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    suspended_until: Instant | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Recipient:
    """The one person a mail goes to, looked up at the moment of sending."""

    email: str
    name: str | None = None
    locale: str = "en"
    zone: str = "UTC"

    def on_the_wire(self) -> Recipient:
        """With the domain in the form that mail servers understand (RFC 5891).

        Raises ValueError for what is no address. Accounts has checked it long ago; but it stands in commands and
        headers, so nothing rests on that.
        """
        local, _, domain = self.email.rpartition("@")
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
        if not (_LOCAL.fullmatch(local) and _DOMAIN.fullmatch(ascii_domain) and len(ascii_domain) <= 253):
            raise ValueError("not an address that mail can be sent to")
        return replace(self, email=f"{local}@{ascii_domain}")


def party(text: str) -> tuple[str, str]:
    """The name and the address of ``Plenary <hello@plenary.example>``."""
    name, address = parseaddr(text)
    if "@" not in address:
        raise ValueError("needs an address, such as: Plenary <hello@plenary.example>")
    return name or "Plenary", address


def zone_of(name: str) -> ZoneInfo:
    """The IANA zone of this name, or UTC if there is none: a mail in UTC is better than no mail."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def one_line(text: str) -> str:
    """The text as it may stand in a header, a subject or a calendar: one line, without anything that acts.

    Control and format characters (line ends, terminal escapes, bidi overrides, zero-width characters) become spaces.
    ``=?`` would begin an RFC 2047 encoded word, which mail software decodes, whatever is in it: it is parted.
    """
    plain = "".join(" " if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else char for char in text)
    short = " ".join(plain.split()).replace("=?", "= ?")
    return short if len(short) <= MAX_LINE else short[: MAX_LINE - 1].rstrip() + "…"


def web_link(url: str | None) -> str | None:
    """The link, if it is one that a mail may carry: http or https, without spaces or line ends."""
    if url and url.startswith(("https://", "http://")) and not any(char.isspace() or char in '<>"' for char in url):
        return url
    return None
