"""Secrets that leave the house in a mail or a token, and the forms in which we keep them."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token taken apart: which session, the how-manieth of its chain, and the part that nobody can guess."""

    family_id: str
    generation: int
    nonce: str


class Vault:
    """Makes secrets, and keeps of them only what does not give them back.

    Everything kept is an HMAC under a key that is not in the database (the *pepper*), so that a copy of the database
    gives away neither a six-digit code nor whose address a counter belongs to.
    """

    def __init__(self, pepper: bytes) -> None:
        if len(pepper) < 32:
            raise ValueError("the pepper needs 32 bytes")
        self._pepper = pepper

    @staticmethod
    def new_token() -> str:
        """32 random bytes as 43 characters that are safe in a link."""
        return secrets.token_urlsafe(TOKEN_BYTES)

    @staticmethod
    def new_code() -> str:
        """Six random digits."""
        return f"{secrets.randbelow(1_000_000):06d}"

    def kept(self, purpose: str, *parts: str) -> str:
        """What we keep of a secret; ``purpose`` keeps the same text in two places from looking alike."""
        message = "\x1f".join((purpose, *parts)).encode()
        return urlsafe_b64encode(hmac.new(self._pepper, message, sha256).digest()).decode().rstrip("=")

    def refresh_token(self, family_id: str, generation: int, nonce: str) -> str:
        """The token handed out. Its seal shows later that an outdated one was truly ours, without keeping each."""
        body = f"{family_id}.{generation}.{nonce}"
        return f"{body}.{self.kept('refresh-seal', body)}"

    def read_refresh_token(self, token: str) -> RefreshToken | None:
        """The parts of a token that we made, or None for anything else."""
        body, _, seal = token.rpartition(".")
        if not token.isascii() or not hmac.compare_digest(self.kept("refresh-seal", body), seal):
            return None
        family_id, generation, nonce = body.split(".")
        return RefreshToken(family_id, int(generation), nonce)

    def kept_nonce(self, nonce: str) -> str:
        """What a session keeps of its newest token."""
        return self.kept("refresh", nonce)

    def network(self, address: str | None) -> str:
        """A name for the network a request comes from: the address, or the /64 of an IPv6 one, which one household or
        office has to itself.
        """
        try:
            parsed = ipaddress.ip_address(address or "")
        except ValueError:
            return self.kept("network", "unknown")
        if isinstance(parsed, ipaddress.IPv6Address):
            if parsed.ipv4_mapped:
                return self.kept("network", str(parsed.ipv4_mapped))
            return self.kept("network", str(ipaddress.ip_network((parsed, 64), strict=False)))
        return self.kept("network", str(parsed))
