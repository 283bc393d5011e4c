"""E-mail addresses: which texts are one and the same mailbox to us, and which are none at all."""

from __future__ import annotations

import unicodedata

import idna
from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, ConfigDict

from services.accounts.errors import AddressInvalid, DomainInvalid

UNDELIVERABLE = frozenset({"arpa", "internal", "invalid", "local", "localhost", "onion"})
"""Top-level names that never lead to a mailbox (RFC 6761, RFC 7686). ``example`` and ``test`` may be joined with:
mail to them goes nowhere either, which is what demonstrations and rehearsals want."""


class Address(BaseModel):
    """A mailbox in two forms: where mail goes, and what makes it the only one of its kind."""

    model_config = ConfigDict(frozen=True)

    email: str
    """Where mail goes: NFKC, the domain in ASCII, the local part's case as given."""
    key: str
    """What accounts are unique by: case-folded too. Two different mailboxes can share a key (``straße`` and
    ``strasse``), so mail for an existing account goes to the address on record and never to what was typed."""
    domain: str
    """In ASCII (IDNA A-labels), lower case."""


def parse_address(text: str) -> Address:
    """The mailbox that ``text`` names; raises ``AddressInvalid``.

    Syntax as RFC 5321 and RFC 6531 have it, without quoted local parts and address literals; domains by UTS 46,
    non-transitional, as browsers do.
    """
    normal = unicodedata.normalize("NFKC", text.strip())
    try:
        found = validate_email(normal, check_deliverability=False, globally_deliverable=False, strict=True)
    except EmailNotValidError as error:
        raise AddressInvalid(str(error)) from None
    domain = found.ascii_domain
    if not domain or domain.startswith("[") or "." not in domain:
        raise AddressInvalid("The part after the @ is not a full domain name.")
    if domain.rpartition(".")[2] in UNDELIVERABLE:
        raise AddressInvalid(f"No mail is ever delivered below .{domain.rpartition('.')[2]}.")
    local = unicodedata.normalize("NFKC", found.local_part)
    folded = unicodedata.normalize("NFKC", local.casefold())
    return Address(email=f"{local}@{domain}", key=f"{folded}@{domain.lower()}", domain=domain.lower())


def parse_domain(text: str) -> str:
    """The domain in ASCII and lower case; raises ``DomainInvalid``. One label is enough: ``gov``, ``int``."""
    trimmed = text.strip().removeprefix(".")
    try:
        ascii_form = idna.encode(trimmed, uts46=True, std3_rules=True).decode()
    except (idna.IDNAError, UnicodeError) as error:
        raise DomainInvalid(f"{text!r}: {error}" if len(text) <= 100 else "It is too long.") from None
    if ascii_form.endswith("."):
        raise DomainInvalid(f"{text!r} ends in a dot.")
    return ascii_form.lower()
