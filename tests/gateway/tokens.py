"""Access tokens as accounts issues them, and as others would like them to be."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Key:
    """A signing key and its place in a key set."""

    def __init__(self, kid: str = "accounts-1") -> None:
        self.kid = kid
        self._private = Ed25519PrivateKey.generate()

    def sign(self, message: bytes) -> bytes:
        """Ed25519, as accounts signs."""
        return self._private.sign(message)

    @property
    def public(self) -> bytes:
        """The 32 bytes that everybody may know."""
        return self._private.public_key().public_bytes_raw()

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as RFC 8037 writes it."""
        return {"kty": "OKP", "crv": "Ed25519", "x": _text(self.public), "kid": self.kid, "alg": "EdDSA", "use": "sig"}


ACCOUNTS = Key()
STRANGER = Key()


class Published:
    """Accounts' key set, as its endpoint answers it."""

    def __init__(self, *keys: Key) -> None:
        self.keys = keys

    async def __call__(self, _request: Request) -> Response:
        return JSONResponse({"keys": [key.jwk for key in self.keys]})


def token(key: Key = ACCOUNTS, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A signed token; a claim that is None is left out."""
    return _written({"kid": key.kid} | (header or {}), claims, key.sign)


def unsigned(alg: str = "none", **claims: Any) -> str:
    """A token that nobody signed."""
    return _written({"alg": alg}, claims, lambda _message: b"")


def signed_with(secret: bytes, **claims: Any) -> str:
    """A token with HMAC; the old trick is to take the published key for its secret."""
    return _written({"alg": "HS256"}, claims, lambda message: hmac.new(secret, message, hashlib.sha256).digest())


def bearer(value: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"authorization": f"Bearer {value}"}


def _written(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    now = int(time.time())
    arohas = {"iss": "plenary/accounts", "aud": "plenary", "sub": "aroha", "standing": "official", "roles": []}
    whole = arohas | {"sid": "session-1", "iat": now, "exp": now + 600} | claims
    said = {name: value for name, value in whole.items() if value is not None}
    parts = [_json({"alg": "EdDSA", "typ": "at+jwt", "kid": ACCOUNTS.kid} | header), _json(said)]
    return ".".join([*parts, _text(sign(".".join(parts).encode()))])


def _json(content: dict[str, Any]) -> str:
    return _text(json.dumps(content).encode())


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
