"""The keys that access tokens are signed with, and their public halves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.tokens import FixedKeys, TokenSigner

_PEM = re.compile(r"-----BEGIN PRIVATE KEY-----.+?-----END PRIVATE KEY-----", re.DOTALL)


class KeyRing:
    """Signs with the first key, and vouches for all: an old key stays until the last token it signed has expired."""

    def __init__(self, signers: Sequence[TokenSigner]) -> None:
        if not signers:
            raise ValueError("at least one signing key is needed")
        self._signers = tuple(signers)

    @classmethod
    def read(cls, text: str) -> KeyRing:
        """Keys as a setting gives them: a JWK, a JWK set, or PEM blocks as ``openssl genpkey -algorithm ed25519``
        writes them, several one after the other. Keys without a ``kid`` are named by their thumbprint (RFC 7638).
        """
        blocks = _PEM.findall(text)
        try:
            keys = [OKPKey.import_key(block) for block in blocks] or [OKPKey.import_key(jwk) for jwk in _jwks(text)]
        except (JoseError, ValueError, KeyError, TypeError):
            raise ValueError("signing keys are a JWK, a JWK set or PEM blocks of Ed25519 private keys") from None
        if any(key.as_dict(private=False)["crv"] != "Ed25519" or not key.is_private for key in keys):
            raise ValueError("signing keys must be Ed25519 private keys")
        for key in keys:
            key.ensure_kid()
        return cls([TokenSigner(key) for key in keys])

    @classmethod
    def generate(cls) -> KeyRing:
        """A ring with one new key, for tests."""
        return cls([TokenSigner.generate()])

    def sign(self, claims: Mapping[str, Any]) -> str:
        """The access token with these claims."""
        return self._signers[0].sign(claims)

    def public(self) -> bytes:
        """The JWK set that everybody verifies with (RFC 7517)."""
        return orjson.dumps({"keys": [signer.public_jwk() for signer in self._signers]})

    def own(self) -> FixedKeys:
        """The keys for verifying what one has signed oneself."""
        return FixedKeys(*(signer.key for signer in self._signers))


def _jwks(text: str) -> list[dict[str, Any]]:
    found = orjson.loads(text)
    return list(found["keys"]) if "keys" in found else [found]
