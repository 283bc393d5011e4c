"""Metering's word on one request, sealed, and the cookie by which it knows an anonymous reader again, signed."""

from __future__ import annotations

from datetime import datetime, timedelta

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import SecretStr

from services.metering.model.access import Verdict
from shared import metrics
from shared.clock import Clock
from shared.errors import TokenInvalid
from shared.sealed import Seal
from shared.tokens import FixedKeys, TokenSigner, TokenVerifier

ISSUER = "plenary/metering"
GRANT = "read-grant"
READER = "reader+jwt"
READER_AUDIENCE = ["content", "plenary/readers"]
GRANT_SECONDS = 60
COOKIE = "plenary_reader"


class Grants:
    """Seals its word with the key it shares with content. Signs cookies with metering's own Ed25519 key, whose public
    half is at ``/.well-known/grants.json``.
    """

    def __init__(
        self, signing_key: str, gateway_key: SecretStr, clock: Clock, *, cookie_life: timedelta, secure: bool
    ) -> None:
        self._seal = Seal(gateway_key.get_secret_value().encode(), purpose=GRANT, clock=clock)
        self._signer = _signer(signing_key)
        self._cookie_life = cookie_life
        self._secure = secure
        self._readers = TokenVerifier(
            FixedKeys(self._signer.key), issuer=ISSUER, audience="content", clock=clock, type=READER, longest=None
        )

    def grant(self, verdict: Verdict, *, article: str | None, slug: str, reader: str, at: datetime) -> str:
        """The header that tells content what was decided."""
        now = int(at.timestamp())
        claims = verdict.model_dump() | {
            "iat": now,
            "exp": now + GRANT_SECONDS,
            "article": article,
            "slug": slug,
            "reader": reader,
        }
        return self._seal.close(claims)

    def cookie(self, reader_id: str, at: datetime) -> str:
        """The ``Set-Cookie`` that makes the browser this reader."""
        now, life = int(at.timestamp()), int(self._cookie_life.total_seconds())
        claims = {"iss": ISSUER, "aud": READER_AUDIENCE, "sub": reader_id, "iat": now, "exp": now + life}
        token = self._signer.sign(claims, type=READER)
        secure = "; Secure" if self._secure else ""
        return f"{COOKIE}={token}; Path=/; Max-Age={life}; HttpOnly; SameSite=Lax{secure}"

    async def reader(self, cookie: str | None) -> str | None:
        """The reader a cookie stands for; a forged or expired one stands for nobody."""
        if not cookie:
            return None
        try:
            return str((await self._readers.verify(cookie))["sub"])
        except (TokenInvalid, KeyError):
            metrics.token_refused(READER, "cookie")
            return None

    def public_keys(self) -> bytes:
        """The JWK set that content and accounts verify cookies with (RFC 7517)."""
        return orjson.dumps({"keys": [self._signer.public_jwk()]})


def _signer(text: str) -> TokenSigner:
    """The key as a setting gives it. One without a ``kid`` is named by its thumbprint (RFC 7638)."""
    try:
        if text.lstrip().startswith("-----BEGIN"):
            key = OKPKey.import_key(text)
        else:
            found = orjson.loads(text)
            key = OKPKey.import_key(found["keys"][0] if "keys" in found else found)
    except (JoseError, ValueError, KeyError, IndexError, TypeError):
        raise ValueError("the signing key is a JWK, a JWK set or a PEM block of an Ed25519 private key") from None
    if not key.is_private or key.as_dict(private=False)["crv"] != "Ed25519":
        raise ValueError("the signing key must be an Ed25519 private key")
    key.ensure_kid()
    return TokenSigner(key)
