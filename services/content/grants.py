"""What metering and the gateway say of a request, believed only when it is sealed or signed.

A room of its own: it checks seals and signatures, which the rules do not, and knows metering's form of words, which
nobody else needs to.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from pydantic import SecretStr, ValidationError

from services.content.model.access import MEMBER, Grant, Visit
from shared.errors import TokenInvalid
from shared.ids import new_id
from shared.sealed import Seal
from shared.tokens import KeysUnavailable, TokenVerifier

ISSUER = "plenary/metering"
GRANT = "read-grant"
READER = "reader+jwt"
AUDIENCE = "content"


@dataclass(frozen=True, slots=True)
class Knock:
    """A request for an item, as it came: nothing here is believed yet."""

    grant: str | None = None
    """The header ``x-plenary-access``."""
    gateway_key: str | None = None
    """The header ``x-plenary-gateway-key``."""
    meter_was_down: bool = False
    """The header ``x-envoy-auth-failure-mode-allowed``."""
    cookie: str | None = None
    """The cookie ``plenary_reader``."""
    member_id: str | None = None
    """From the access token; this one is verified."""
    peek: bool = False


class Doorkeeper:
    """Turns a knock into a visit."""

    def __init__(self, grants: Seal, readers: TokenVerifier, gateway_key: SecretStr) -> None:
        self._grants = grants
        self._readers = readers
        self._gateway_key = gateway_key.get_secret_value().encode()

    async def visit(self, knock: Knock) -> Visit:
        """What is true of the request. A forged or expired grant is no grant."""
        vouched = hmac.compare_digest((knock.gateway_key or "").encode(), self._gateway_key)
        if knock.grant is not None:
            # Metering is there. Should it go, readers will be known by their cookies, whose keys are metering's.
            self._readers.look_ahead()
            return Visit(grant=self._grant(knock.grant), peek=knock.peek)
        unmetered = vouched and knock.meter_was_down
        return Visit(unmetered=unmetered, reader=await self._reader(knock), peek=knock.peek)

    def _grant(self, sealed: str) -> Grant | None:
        try:
            return Grant.model_validate(self._grants.open(sealed))
        except (TokenInvalid, ValidationError):
            return None

    async def _reader(self, knock: Knock) -> str:
        """Who asks: the member, the reader whose cookie metering signed, or somebody new."""
        if knock.member_id is not None:
            return MEMBER + knock.member_id
        return await self.reader(knock.cookie) or new_id()

    async def reader(self, cookie: str | None) -> str | None:
        """The anonymous reader whose cookie metering signed; None for any other, and where nobody can tell."""
        if cookie is None:
            return None
        try:
            return str((await self._readers.verify(cookie))["sub"])
        except (TokenInvalid, KeysUnavailable, KeyError):
            return None
