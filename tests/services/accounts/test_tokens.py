"""The table of bad tokens: one message for all of them, and nothing done."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

import orjson
import pytest

from services.accounts.crypto.keys import KeyRing
from shared.tokens import TokenSigner
from tests.services.accounts.conftest import House, bearer, slug


def part(content: Any) -> str:
    return urlsafe_b64encode(content if isinstance(content, bytes) else orjson.dumps(content)).decode().rstrip("=")


async def forged(house: House, kind: str, claims: dict[str, Any]) -> str:  # noqa: PLR0911 - one for each forgery
    ring = house.deps.keys
    [public] = orjson.loads(ring.public())["keys"]
    header = {"alg": "EdDSA", "typ": "at+jwt", "kid": public["kid"]}
    if kind == "none":
        return f"{part(header | {'alg': 'none'})}.{part(claims)}."
    if kind == "hmac-with-the-public-key":
        body = f"{part(header | {'alg': 'HS256'})}.{part(claims)}"
        return f"{body}.{part(hmac.new(public['x'].encode(), body.encode(), sha256).digest())}"
    if kind == "foreign-key":
        return KeyRing.generate().sign(claims)
    if kind == "foreign-key-under-our-kid":
        return TokenSigner.from_jwk(TokenSigner.generate().private_jwk() | {"kid": public["kid"]}).sign(claims)
    if kind in {"jku", "jwk"}:
        mine = TokenSigner.generate()
        extra = {"jku": "https://evil.example/jwks.json"} if kind == "jku" else {"jwk": mine.public_jwk()}
        _, payload, signature = mine.sign(claims).split(".")
        return f"{part(header | extra)}.{payload}.{signature}"
    if kind == "other-type":
        return ring._signers[0].sign(claims, type="access+jwt")
    changed = {
        "other-audience": {"aud": "content"},
        "other-issuer": {"iss": "plenary/metering"},
        "expired": {"iat": claims["iat"] - 700, "exp": claims["iat"] - 100},
        "too-long-lived": {"exp": claims["iat"] + 3600},
        "not-yet": {"iat": claims["iat"] + 60, "exp": claims["iat"] + 120},
        "no-expiry": {"exp": None},
        "no-subject": {"sub": None},
    }[kind]
    return ring.sign(claims | changed)


KINDS = [
    "none",
    "hmac-with-the-public-key",
    "foreign-key",
    "foreign-key-under-our-kid",
    "jku",
    "jwk",
    "other-type",
    "other-audience",
    "other-issuer",
    "expired",
    "too-long-lived",
    "not-yet",
    "no-expiry",
    "no-subject",
]


async def test_every_bad_token_gets_one_and_the_same_refusal(house: House) -> None:
    session = await house.join("aroha@health.govt.nz")
    now = int(house.clock.now().timestamp())
    claims: dict[str, Any] = {
        "iss": "plenary/accounts",
        "aud": "plenary",
        "sub": session["member"]["id"],
        "sid": session["session_id"],
        "standing": "official",
        "roles": ["admin"],
        "iat": now,
        "exp": now + 600,
    }
    assert (await house.client.get("/v1/me", headers=bearer({"access_token": house.deps.keys.sign(claims)}))).is_success

    for kind in KINDS:
        token = await forged(house, kind, claims)
        answer = await house.client.get("/v1/members", headers={"Authorization": f"Bearer {token}"})

        assert (answer.status_code, slug(answer)) == (401, "token-invalid"), kind
        assert {**answer.json(), "request_id": None} == {
            "type": "https://plenary.example/problems/token-invalid",
            "title": "The access token is not valid",
            "status": 401,
            "request_id": None,
        }, kind


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic YTpi", "Bearer a.b", f"Bearer {'a' * 9000}"])
async def test_what_is_no_token_at_all_is_refused_alike(house: House, header: str) -> None:
    answer = await house.client.get("/v1/me", headers={"Authorization": header})

    assert (answer.status_code, slug(answer)) == (401, "token-invalid")


async def test_identity_headers_of_a_client_say_nothing(house: House) -> None:
    answer = await house.client.get("/v1/me", headers={"X-Plenary-Member": "x", "X-Plenary-Roles": "admin"})

    assert (answer.status_code, slug(answer)) == (401, "not-signed-in")


async def test_the_published_keys_hold_no_secret(house: House) -> None:
    answer = await house.client.get("/.well-known/jwks.json")

    [key] = answer.json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "EdDSA", "sig")
    assert "d" not in key
    assert answer.headers["cache-control"] == "public, max-age=300"
