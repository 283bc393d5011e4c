"""Tokens as an attacker would make them, and key sets as an outage would leave them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from shared.clock import Clock
from shared.errors import TokenInvalid
from shared.tokens import ACCESS, FixedKeys, KeysUnavailable, PublishedKeys, TokenSigner, TokenVerifier

SIGNER = TokenSigner.generate()
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()


class Frozen(Clock):
    """It is noon, however long the suite runs: else the bad tokens would one day be refused for their age alone."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(NOW, UTC) + self.offset


def claims(**others: Any) -> dict[str, Any]:
    usual = {"iss": "plenary/accounts", "aud": "plenary", "sub": "amina", "iat": int(NOW), "exp": int(NOW) + 300}
    return {name: value for name, value in (usual | others).items() if value is not None}


def verifier(keys: Any = None, *, clock: Clock | None = None, **others: Any) -> TokenVerifier:
    keys = keys or FixedKeys(SIGNER.key)
    return TokenVerifier(keys, issuer="plenary/accounts", audience="plenary", clock=clock or Frozen(), **others)


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def compact(header: dict[str, Any], payload: Any = None, *, sign: Callable[[bytes], bytes] | None = None) -> str:
    signed = f"{part(header)}.{part(claims() if payload is None else payload)}"
    ed25519: Any = SIGNER.key.get_op_key("sign")
    return f"{signed}.{part((sign or ed25519.sign)(signed.encode()))}"


def header(**others: Any) -> dict[str, Any]:
    usual = {"alg": "EdDSA", "typ": ACCESS, "kid": SIGNER.kid}
    return {name: value for name, value in (usual | others).items() if value is not None}


def hmac_with_public_key(message: bytes) -> bytes:
    return hmac.new(SIGNER.key.as_bytes(private=False), message, hashlib.sha256).digest()


async def test_a_token_as_it_should_be_is_accepted() -> None:
    accepted = await verifier().verify(SIGNER.sign(claims(roles=["editor"])))

    assert accepted["sub"] == "amina"
    assert accepted["roles"] == ["editor"]


async def test_the_attacks_below_differ_from_a_good_token_in_one_thing_each() -> None:
    assert (await verifier().verify(compact(header())))["sub"] == "amina"


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(compact(header(alg="none"), sign=lambda _: b""), id="none"),
        pytest.param(compact(header(alg="NonE"), sign=lambda _: b""), id="none in capitals"),
        pytest.param(compact(header(), sign=lambda _: b""), id="no signature"),
        pytest.param(compact(header(alg="HS256"), sign=hmac_with_public_key), id="HMAC with the public key"),
        pytest.param(compact(header(alg="Ed25519")), id="the newer name"),
        pytest.param(compact(header(kid="another")), id="foreign kid"),
        pytest.param(compact(header(kid=None)), id="no kid"),
        pytest.param(compact(header(kid={"$gt": ""})), id="operator kid"),
        pytest.param(compact(header(kid="../../etc/passwd")), id="path kid"),
        pytest.param(compact(header(jku="https://evil.example/jwks.json")), id="jku"),
        pytest.param(compact(header(jwk=TokenSigner.generate().public_jwk())), id="jwk"),
        pytest.param(compact(header(x5u="https://evil.example/")), id="x5u"),
        pytest.param(compact(header(crit=["b64"], b64=False)), id="crit"),
        pytest.param(compact(header(typ="JWT")), id="wrong type"),
        pytest.param(compact(header(typ="access+jwt")), id="another type"),
        pytest.param(compact(header(typ=None)), id="no type"),
        pytest.param(compact(header(), claims(aud="another")), id="wrong audience"),
        pytest.param(compact(header(), claims(aud=["another"])), id="wrong audiences"),
        pytest.param(compact(header(), claims(aud=None)), id="no audience"),
        pytest.param(compact(header(), claims(iss="evil")), id="wrong issuer"),
        pytest.param(compact(header(), claims(exp=int(NOW) - 1)), id="expired"),
        pytest.param(compact(header(), claims(exp=None)), id="never expires"),
        pytest.param(compact(header(), claims(exp="9999999999")), id="expiry as text"),
        pytest.param(compact(header(), claims(exp=True)), id="expiry as truth"),
        pytest.param(compact(header(), claims(exp=int(NOW) + 86_400)), id="lives too long"),
        pytest.param(compact(header(), claims(iat=int(NOW) + 60)), id="from the future"),
        pytest.param(compact(header(), claims(nbf=int(NOW) + 60)), id="not yet"),
        pytest.param(compact(header(), claims(iat=None)), id="without its time"),
        pytest.param(compact(header(), ["amina"]), id="claims that are none"),
        pytest.param(compact(header(), b"\xff\xfe"), id="claims that are no text"),
        pytest.param("a.b.c", id="no token"),
        pytest.param("", id="nothing"),
        pytest.param("..", id="dots"),
        pytest.param(compact(header()) + ".x", id="four parts"),
        pytest.param("é" * 20 + ".a.b", id="beyond ASCII"),
        pytest.param("x" * 100_000, id="endless"),
        pytest.param(compact({"alg": "EdDSA", "typ": ACCESS, "kid": SIGNER.kid, "x": "y" * 2_000}), id="long header"),
        pytest.param(part([1]) + ".e30.AA", id="a header that is none"),
    ],
)
async def test_a_token_made_by_anybody_else_is_refused(token: str) -> None:
    with pytest.raises(TokenInvalid) as refused:
        await verifier().verify(token)

    assert str(refused.value) == "The access token is not valid"


async def test_an_altered_token_is_refused() -> None:
    head, payload, signature = SIGNER.sign(claims(roles=[])).split(".")
    promoted = part(claims(roles=["admin"]))

    with pytest.raises(TokenInvalid):
        await verifier().verify(f"{head}.{promoted}.{signature}")
    assert payload != promoted


async def test_a_token_that_was_accepted_once_still_expires() -> None:
    token = SIGNER.sign(claims())
    today, later = verifier(), verifier(clock=Frozen(timedelta(minutes=6)))
    await today.verify(token)
    later._remembered = today._remembered

    with pytest.raises(TokenInvalid):
        await later.verify(token)


async def test_only_so_many_tokens_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.tokens.REMEMBERED_TOKENS", 3)
    checking = verifier()

    for number in range(10):
        await checking.verify(SIGNER.sign(claims(sub=f"reader-{number}")))

    assert len(checking._remembered) == 3


async def test_a_verifier_of_one_type_takes_no_other() -> None:
    readers = verifier(type="reader+jwt")

    assert (await readers.verify(SIGNER.sign(claims(), type="reader+jwt")))["sub"] == "amina"
    with pytest.raises(TokenInvalid):
        await readers.verify(SIGNER.sign(claims()))


class Accounts:
    """A key set's address that can go away, and the clock by which it is asked."""

    def __init__(self, *signers: TokenSigner) -> None:
        self.signers = list(signers)
        self.others: list[Any] = []
        self.asked = 0
        self.away = False
        self.now = 1000.0

    async def fetch(self) -> bytes:
        self.asked += 1
        await asyncio.sleep(0)
        if self.away:
            raise ConnectionError("accounts is away")
        return orjson.dumps({"keys": [signer.public_jwk() for signer in self.signers] + self.others})

    def keys(self) -> PublishedKeys:
        return PublishedKeys("http://accounts/jwks", fetch=self.fetch, monotonic=lambda: self.now)


async def test_keys_are_fetched_once_for_many_tokens() -> None:
    accounts = Accounts(SIGNER)
    checking = verifier(accounts.keys())

    await asyncio.gather(*(checking.verify(SIGNER.sign(claims(sub=f"reader-{n}"))) for n in range(50)))

    assert accounts.asked == 1


async def test_while_accounts_is_away_known_keys_serve_on() -> None:
    accounts = Accounts(SIGNER)
    keys = accounts.keys()
    checking = verifier(keys)
    await checking.verify(SIGNER.sign(claims()))

    accounts.away, accounts.now = True, accounts.now + 86_400
    for number in range(3):
        await checking.verify(SIGNER.sign(claims(sub=f"reader-{number}")))
    await keys.close()

    assert accounts.asked <= 2


async def test_before_the_first_fetch_nobody_is_called_a_forger() -> None:
    accounts = Accounts(SIGNER)
    accounts.away = True
    checking = verifier(accounts.keys())

    with pytest.raises(KeysUnavailable) as refused:
        await checking.verify(SIGNER.sign(claims()))
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (503, "5")

    accounts.away, accounts.now = False, accounts.now + 10
    assert (await checking.verify(SIGNER.sign(claims())))["sub"] == "amina"


async def test_a_new_key_is_found_when_a_token_names_it() -> None:
    accounts, new = Accounts(SIGNER), TokenSigner.generate()
    checking = verifier(accounts.keys())
    await checking.verify(SIGNER.sign(claims()))

    accounts.signers.append(new)
    accounts.now += 60

    assert (await checking.verify(new.sign(claims(sub="wiremu"))))["sub"] == "wiremu"


async def test_made_up_key_ids_do_not_become_a_flood_of_fetches() -> None:
    accounts = Accounts(SIGNER)
    checking = verifier(accounts.keys())
    await checking.verify(SIGNER.sign(claims()))

    for _ in range(100):
        with pytest.raises(TokenInvalid):
            await checking.verify(TokenSigner.generate().sign(claims()))

    assert accounts.asked == 1


async def test_a_key_that_was_withdrawn_takes_its_tokens_with_it() -> None:
    accounts, new = Accounts(SIGNER), TokenSigner.generate()
    keys = accounts.keys()
    checking = verifier(keys)
    stolen = SIGNER.sign(claims())
    await checking.verify(stolen)

    accounts.signers, accounts.now = [new], accounts.now + 600
    await checking.verify(new.sign(claims(sub="wiremu")))

    with pytest.raises(TokenInvalid):
        await checking.verify(stolen)


async def test_keys_of_other_kinds_are_passed_over() -> None:
    accounts = Accounts(SIGNER)
    accounts.others = [
        ECKey.generate_key("P-256", auto_kid=True).as_dict(private=False),
        RSAKey.generate_key(2048, auto_kid=True).as_dict(private=False),
        OKPKey.generate_key("X25519", auto_kid=True).as_dict(private=False),
        {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
        {"kty": "OKP", "crv": "Ed25519", "x": "no kid"},
    ]
    keys = accounts.keys()

    assert await keys.find(SIGNER.kid) is not None
    assert await keys.find("shared") is None


@pytest.mark.parametrize("content", [b"", b"not json", b"[]", b'{"keys": [1]}', b'{"keys": {"a": 1}}'])
async def test_a_broken_key_set_leaves_the_known_keys(content: bytes) -> None:
    accounts = Accounts(SIGNER)
    keys = accounts.keys()
    checking = verifier(keys)
    await checking.verify(SIGNER.sign(claims()))

    async def broken() -> bytes:
        return content

    keys._fetch = broken
    accounts.now += 600
    await checking.verify(SIGNER.sign(claims(sub="wiremu")))
    await asyncio.sleep(0)

    assert await keys.find(SIGNER.kid) is not None


def test_a_public_key_tells_nothing_of_the_private_one() -> None:
    assert "d" not in SIGNER.public_jwk()
    assert TokenSigner.from_jwk(SIGNER.private_jwk()).kid == SIGNER.kid
