"""The signed links that stop one kind of mail (RFC 8058): for one member and one purpose, and good for nothing else.

They do not expire, because the mail that carries one may be read years later.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from services.notifications.errors import UnsubscribeTokenInvalid
from services.notifications.model.purposes import RULES
from shared.events.notifications import Purpose

MAC_BYTES = 16
"""128 bits: as much as can be guessed at is nothing (RFC 2104, section 5, allows half of the hash)."""

MAX_TOKEN = 256


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """What a token stands for."""

    member_id: str
    purpose: Purpose


class UnsubscribeTokens:
    """Makes and reads the tokens, with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, member_id: str, purpose: Purpose) -> str:
        """The token for this member and purpose; always the same."""
        payload = f"{member_id}/{purpose}".encode()
        return f"{_text(payload)}.{_text(self._mac(payload))}"

    def read(self, token: str) -> Unsubscription:
        """What the token stands for; raises :class:`UnsubscribeTokenInvalid` unless we made it."""
        payload_text, _, mac_text = token.partition(".")
        try:
            payload, mac = _bytes(payload_text), _bytes(mac_text)
        except (binascii.Error, ValueError):
            raise UnsubscribeTokenInvalid from None
        if len(token) > MAX_TOKEN or not hmac.compare_digest(mac, self._mac(payload)):
            raise UnsubscribeTokenInvalid
        member_id, _, name = payload.decode().rpartition("/")
        for purpose, rule in RULES.items():
            if purpose == name and rule.mutable:
                return Unsubscription(member_id, purpose)
        raise UnsubscribeTokenInvalid("The kind of mail that this link stopped no longer exists.")

    def _mac(self, payload: bytes) -> bytes:
        return hmac.new(self._key, b"unsubscribe\x00" + payload, hashlib.sha256).digest()[:MAC_BYTES]


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _text(data) != text:
        raise ValueError("not the one way to write it")
    return data
