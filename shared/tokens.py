"""Signed tokens: Ed25519 JWTs, verified against a published key set, with nothing else accepted.

Sources: RFC 7519 (JWT), RFC 8037 (EdDSA in JOSE), RFC 7517 (JWK sets), RFC 8725 (what to be strict about). The header
says ``EdDSA``, not RFC 9864's ``Ed25519``, because Envoy's JWT filter knows only the older name; the keys are
Ed25519 all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol

import orjson
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwa import EdDSAAlgorithm
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry

from shared import metrics
from shared.clock import Clock
from shared.errors import Refusal, TokenInvalid

log = structlog.get_logger(__name__)

Claims = Mapping[str, Any]
Fetch = Callable[[], Awaitable[bytes]]

ACCESS = "at+jwt"
"""The type of access tokens (RFC 9068, section 2.1)."""

MAX_TOKEN_CHARACTERS = 4096
MAX_KEY_SET_BYTES = 64 * 1024
MAX_KEYS = 16
REMEMBERED_TOKENS = 4096
LEEWAY_SECONDS = 5
"""How far the clocks of issuer and verifier may differ. Expiry is exact: a token lives at most ten minutes anyway."""


class KeysUnavailable(Refusal):
    slug, status, title = "keys-unavailable", 503, "Tokens cannot be verified at the moment"


class _EdDSA(EdDSAAlgorithm):
    """The older name without its warning; the module's docstring says why it is the one we use."""

    security_warning = None  # type: ignore[assignment]


class _OnlyEdDSA(JWSRegistry):
    """A registry in which no other algorithm exists, so none can be talked into use."""

    algorithms = {"EdDSA": _EdDSA()}  # noqa: RUF012 - declared so by the library


_REGISTRY = _OnlyEdDSA(algorithms=["EdDSA"])


class Keys(Protocol):
    """Where a verifier finds keys."""

    generation: int
    """Grows when a key may have gone."""

    async def find(self, kid: str) -> OKPKey | None:
        """The key of this id; None if there is none, :class:`KeysUnavailable` if nobody can tell."""

    def look_ahead(self) -> None:
        """Have keys at hand for when they are needed."""


class FixedKeys:
    """Keys that are at hand: the issuer's own, or a test's."""

    generation = 0

    def __init__(self, *keys: OKPKey) -> None:
        self._keys = {key.kid: key for key in keys}

    async def find(self, kid: str) -> OKPKey | None:
        """The key of this id."""
        return self._keys.get(kid)

    def look_ahead(self) -> None:
        """They are."""


class PublishedKeys:
    """The keys at a JWKS address, kept: what was fetched once serves on while the address is down.

    They are fetched when first needed, again in the background when older than ``refresh_after`` seconds, and for a
    key id not seen before, but never more often than every ``least_interval`` seconds, whatever ids come.
    """

    def __init__(
        self,
        url: str,
        *,
        refresh_after: float = 300.0,
        least_interval: float = 5.0,
        fetch: Fetch | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url
        self.generation = 0
        self._refresh_after = refresh_after
        self._least_interval = least_interval
        self._fetch = fetch or self._fetch_over_http
        self._monotonic = monotonic
        self._keys: dict[str, OKPKey] | None = None
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, kid: str) -> OKPKey | None:
        """The key of this id; raises :class:`KeysUnavailable` as long as no key set was ever fetched."""
        if self._keys is None or kid not in self._keys:
            await self._refresh()
        elif self._monotonic() - self._fetched_at > self._refresh_after:
            self._begin_refresh()
        if self._keys is None:
            raise KeysUnavailable(
                "The keys that tokens are verified with could not be fetched.", headers={"Retry-After": "5"}
            )
        return self._keys.get(kid)

    def look_ahead(self) -> None:
        """Fetch in the background what was never fetched, or long ago, while the address can still be reached."""
        if self._monotonic() - self._fetched_at > self._refresh_after:
            self._begin_refresh()

    async def close(self) -> None:
        """Give up a fetch that is under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._fetching

    async def _refresh(self) -> None:
        fetching = self._begin_refresh()
        if fetching is not None:
            await asyncio.shield(fetching)

    def _begin_refresh(self) -> asyncio.Task[None] | None:
        """The fetch under way, or a new one unless the last try was too recent."""
        if self._fetching is None and self._monotonic() - self._tried_at >= self._least_interval:
            self._tried_at = self._monotonic()
            self._fetching = asyncio.create_task(self._replace_keys(), name="fetch-keys")
        return self._fetching

    async def _replace_keys(self) -> None:
        try:
            keys = _read_key_set(await self._fetch())
        except Exception as error:  # noqa: BLE001 - whatever went wrong, what we have must serve on.
            metrics.keys_fetched(ok=False)
            log.warning("keys.not-fetched", url=self.url, error=type(error).__name__, kept=len(self._keys or ()))
            return
        finally:
            self._fetching = None
        metrics.keys_fetched(ok=True)
        if self._keys is None or keys.keys() != self._keys.keys():
            self.generation += 1
        self._keys, self._fetched_at = keys, self._monotonic()

    async def _fetch_over_http(self) -> bytes:
        import httpx2  # noqa: PLC0415 - workers and many tests never need it, and it is 10 MB.

        async with (
            httpx2.AsyncClient(timeout=2.0, follow_redirects=False, trust_env=False) as http,
            http.stream("GET", self.url) as answer,
        ):
            answer.raise_for_status()
            content = bytearray()
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > MAX_KEY_SET_BYTES:
                    raise ValueError("the key set is too large")
            return bytes(content)


def _read_key_set(content: bytes) -> dict[str, OKPKey]:
    """The Ed25519 public keys of a JWK set, by id. Keys of other kinds are passed over (RFC 7517, section 5)."""
    keys: dict[str, OKPKey] = {}
    for jwk in orjson.loads(content)["keys"][:MAX_KEYS]:
        wanted = jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519" and jwk.get("use", "sig") == "sig"
        if wanted and isinstance(jwk.get("kid"), str):
            public = {name: jwk[name] for name in ("kty", "crv", "x", "kid")}
            keys[jwk["kid"]] = OKPKey.import_key(public)
    return keys


class TokenVerifier:
    """Accepts tokens of one type, from one issuer, for one audience; refuses all others with one message."""

    def __init__(
        self,
        keys: Keys,
        *,
        issuer: str,
        audience: str,
        clock: Clock,
        type: str = ACCESS,  # noqa: A002 - the header's own name
        longest: timedelta | None = timedelta(minutes=10),
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._type = type
        self._longest = longest
        self._clock = clock
        self._remembered: dict[str, Claims] = {}
        self._generation = keys.generation

    async def verify(self, token: str) -> Claims:
        """The claims; raises :class:`~shared.errors.TokenInvalid`, or what :class:`Keys` raises."""
        if self._generation != self._keys.generation:
            # A key has gone, and with it everything it signed.
            self._remembered.clear()
            self._generation = self._keys.generation
        claims = self._remembered.get(token)
        try:
            if claims is None:
                claims = await self._authentic(token)
                self._check_purpose(claims)
                self._remember(token, claims)
            self._check_time(claims)
        except _Refused as refused:
            metrics.token_refused(self._type, refused.reason)
            raise TokenInvalid(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}) from None
        return claims

    def look_ahead(self) -> None:
        """Have the keys at hand, so that their issuer may be away when the next token comes."""
        self._keys.look_ahead()

    async def _authentic(self, token: str) -> Claims:
        kid = self._key_named_by(token)
        key = await self._keys.find(kid)
        if key is None:
            raise _Refused("unknown-key")
        try:
            return jwt.decode(token, key, registry=_REGISTRY).claims
        except (JoseError, ValueError):
            raise _Refused("signature") from None

    def _key_named_by(self, token: str) -> str:
        """The key id in the header, if the header is exactly what our issuers write.

        A header that brings its own key, or says where to fetch one (``jwk``, ``jku``, ``x5u``), is refused unread.
        """
        if len(token) > MAX_TOKEN_CHARACTERS or token.count(".") != 2:
            raise _Refused("malformed")
        try:
            header = orjson.loads(urlsafe_b64decode(token.partition(".")[0].encode() + b"=="))
        except ValueError:  # Of base64 and of JSON alike.
            raise _Refused("malformed") from None
        if not isinstance(header, dict) or header.get("alg") != "EdDSA":
            raise _Refused("algorithm")
        if header.get("typ") != self._type:
            raise _Refused("type")
        if header.keys() != {"alg", "typ", "kid"} or not isinstance(header["kid"], str):
            raise _Refused("header")
        return header["kid"]

    def _check_purpose(self, claims: Claims) -> None:
        if claims.get("iss") != self._issuer:
            raise _Refused("issuer")
        audience = claims.get("aud")
        if audience != self._audience and not (isinstance(audience, list) and self._audience in audience):
            raise _Refused("audience")
        if not _is_time(claims.get("exp")) or not _is_time(claims.get("iat")) or not _is_time(claims.get("nbf", 0)):
            raise _Refused("malformed")
        if self._longest is not None and claims["exp"] - claims["iat"] > self._longest.total_seconds():
            raise _Refused("lifetime")

    def _check_time(self, claims: Claims) -> None:
        now = self._clock.now().timestamp()
        if claims["exp"] <= now:
            raise _Refused("expired")
        if max(claims["iat"], claims.get("nbf", 0)) > now + LEEWAY_SECONDS:
            raise _Refused("not-yet")

    def _remember(self, token: str, claims: Claims) -> None:
        """Keep what was verified, because the same token comes again with every click; the oldest makes room."""
        if len(self._remembered) >= REMEMBERED_TOKENS:
            del self._remembered[next(iter(self._remembered))]
        self._remembered[token] = claims


class TokenSigner:
    """Signs tokens with one Ed25519 key. Its public half belongs into the issuer's key set."""

    def __init__(self, key: OKPKey) -> None:
        self._key = key
        self.kid = key.kid or key.thumbprint()

    @classmethod
    def generate(cls) -> TokenSigner:
        """A signer with a new key, named by its thumbprint (RFC 7638)."""
        return cls(OKPKey.generate_key("Ed25519", auto_kid=True))

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> TokenSigner:
        """A signer with a key that was kept (:meth:`private_jwk`)."""
        return cls(OKPKey.import_key(dict(jwk)))

    def sign(self, claims: Claims, *, type: str = ACCESS) -> str:  # noqa: A002 - the header's own name
        """The compact token. ``iat`` and ``exp`` are the caller's to set, in seconds."""
        header = {"alg": "EdDSA", "typ": type, "kid": self.kid}
        return jwt.encode(header, dict(claims), self._key, registry=_REGISTRY)

    @property
    def key(self) -> OKPKey:
        """The key, for verifying what one has signed oneself (:class:`FixedKeys`)."""
        return self._key

    def public_jwk(self) -> dict[str, Any]:
        """What goes into the key set."""
        return {**self._key.as_dict(private=False), "kid": self.kid, "use": "sig", "alg": "EdDSA"}

    def private_jwk(self) -> dict[str, Any]:
        """What is kept, in secret."""
        return {**self._key.as_dict(private=True), "kid": self.kid}


class _Refused(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
