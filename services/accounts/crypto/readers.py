"""The cookie by which metering knows an anonymous reader: verified with metering's own published keys."""

from __future__ import annotations

import structlog

from services.accounts.errors import ReaderTokenInvalid
from shared.errors import TokenInvalid
from shared.tokens import KeysUnavailable, TokenVerifier

log = structlog.get_logger(__name__)

COOKIE = "plenary_reader"
ISSUER = "plenary/metering"
AUDIENCE = "plenary/readers"
TYPE = "reader+jwt"


class ReaderCookies:
    """Tells which anonymous reader a cookie stands for."""

    def __init__(self, tokens: TokenVerifier) -> None:
        self._tokens = tokens

    async def read(self, cookie: str | None) -> str:
        """The reader's id; raises ``ReaderTokenInvalid``, or ``KeysUnavailable`` while metering was never reached."""
        if not cookie:
            raise ReaderTokenInvalid("The request carries no reader cookie.")
        try:
            claims = await self._tokens.verify(cookie)
        except TokenInvalid:
            raise ReaderTokenInvalid("Open an article to get a new one.") from None
        reader_id = claims.get("sub")
        if not isinstance(reader_id, str) or not 1 <= len(reader_id) <= 100 or reader_id.startswith("member:"):
            raise ReaderTokenInvalid("Open an article to get a new one.")
        return reader_id

    async def recognised(self, cookie: str | None) -> str | None:
        """The reader's id where one can be had: joining and logging in never fail for want of a cookie."""
        if not cookie:
            return None
        try:
            return await self.read(cookie)
        except ReaderTokenInvalid:
            return None
        except KeysUnavailable:
            log.warning("reader.not-recognised", reason="metering's keys could not be fetched")
            return None
