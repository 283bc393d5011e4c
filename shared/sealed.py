"""Sealed words: what one service says to another on the way of a single request, by way of the gateway.

A seal is an HMAC-SHA256 over claims in JSON, under a key that both derive from the gateway's. Whoever holds that key
can make one as well as check one; ``docs/decisions/a-grant-is-sealed-not-signed.md`` says why that gives nothing away.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import orjson

from shared import metrics
from shared.clock import Clock
from shared.errors import TokenInvalid

MAX_CHARACTERS = 4096
LEEWAY_SECONDS = 5
"""How far the clocks of who seals and who opens may differ."""


class Seal:
    """Seals claims for one purpose, and opens what was sealed for it. ``iat`` and ``exp`` say when it holds."""

    def __init__(self, key: bytes, *, purpose: str, clock: Clock) -> None:
        self._key = hmac.digest(key, f"plenary/{purpose}".encode(), hashlib.sha256)
        self._purpose = purpose
        self._clock = clock

    def close(self, claims: Mapping[str, Any]) -> str:
        """The sealed claims, as a header may carry them."""
        content = orjson.dumps(claims, option=orjson.OPT_UTC_Z)
        return f"{_text(content)}.{_text(self._mac(content))}"

    def open(self, sealed: str) -> dict[str, Any]:
        """The claims; raises :class:`~shared.errors.TokenInvalid` for anything that was not sealed so, or is over."""
        claims = self._authentic(sealed)
        if claims is None:
            metrics.token_refused(self._purpose, "seal")
            raise TokenInvalid
        now = self._clock.now().timestamp()
        if not (claims["iat"] <= now + LEEWAY_SECONDS and now < claims["exp"]):
            metrics.token_refused(self._purpose, "expired")
            raise TokenInvalid
        return claims

    def _authentic(self, sealed: str) -> dict[str, Any] | None:
        text, _, mac = sealed.partition(".")
        try:
            content = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        except ValueError:  # Of ASCII and of base64 alike.
            return None
        good = len(sealed) <= MAX_CHARACTERS and hmac.compare_digest(mac.encode(), _text(self._mac(content)).encode())
        # What bears the seal was made by us: an object, with both its times.
        return orjson.loads(content) if good else None

    def _mac(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, hashlib.sha256)


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
