"""Invitations to a survey: a number and a proof that it was given out. Nobody's name is in them."""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from hashlib import sha256

_FORM = re.compile(r"([1-9]\d{0,5})-([A-Z2-7]{16})")


def invitation(secret: str, survey_id: str, number: int) -> str:
    """The invitation of this number, such as ``7-MFRGGZDFMZTWQ2LK``."""
    return f"{number}-{_proof(secret, survey_id, number)}"


def number_of(secret: str, survey_id: str, given: str) -> int | None:
    """The number of an invitation, or None for what never was one."""
    found = _FORM.fullmatch(given.strip().upper())
    if found is None:
        return None
    number = int(found[1])
    return number if hmac.compare_digest(found[2], _proof(secret, survey_id, number)) else None


def _proof(secret: str, survey_id: str, number: int) -> str:
    """Eighty bits of an HMAC (RFC 2104): nobody guesses one at a few tries a second."""
    digest = hmac.new(secret.encode(), f"{survey_id}/{number}".encode(), sha256).digest()
    return b32encode(digest[:10]).decode()
