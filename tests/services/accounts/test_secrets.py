"""Passwords, keys and secrets."""

from __future__ import annotations

import asyncio
import subprocess
import time

import orjson
import pytest

from services.accounts.crypto.keys import KeyRing
from services.accounts.crypto.passwords import Passwords
from services.accounts.crypto.secrets import Vault
from services.accounts.errors import PasswordWeak
from services.accounts.model.passwords import check_password
from shared.group_commit import Overloaded
from shared.tokens import TokenSigner


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "password1234",
        "Passwort-2026",
        "qwertyuiop12",
        "123456789012345",
        "aroha ngata 1",
        "health.govt.nz",
        "plenaryplenary",
        "x" * 257,
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(PasswordWeak):
        check_password(password, about=("aroha.ngata@health.govt.nz", "Aroha Ngata"))


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "kanelbullar till fikat",
        "tUr8!vexq0Zp",
        "\u6587\u5b57\u5316\u3051\u306f\u6016\u304f\u306a\u3044\u3067\u3059\u3088",
    ],
)
def test_a_long_enough_password_needs_no_special_characters(password: str) -> None:
    check_password(password, about=("aroha.ngata@health.govt.nz", "Aroha Ngata"))


async def test_hashing_leaves_the_loop_free_and_its_queue_is_bounded() -> None:
    passwords = Passwords(memory_kib=8192, passes=2, slots=1, queue=3)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    outcomes = await asyncio.gather(
        *(passwords.hash("kanelbullar till fikat") for _ in range(6)), return_exceptions=True
    )
    ticking.cancel()
    passwords.close()

    assert ticks > 20
    assert sum(isinstance(outcome, Overloaded) for outcome in outcomes) == 2
    hashes = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert len(set(hashes)) == 4
    assert all(kept.startswith("$argon2id$") for kept in hashes)


async def test_verifying_takes_as_long_where_there_is_nothing_to_verify() -> None:
    passwords = Passwords(memory_kib=16_384, passes=2, slots=1)
    kept = await passwords.hash("kanelbullar till fikat")

    async def best_of_five(hash_: str | None) -> float:
        took = []
        for _ in range(5):
            began = time.process_time()  # Of this process alone, however busy the machine is.
            await passwords.verify(hash_, "something else entirely")
            took.append(time.process_time() - began)
        return min(took)

    known, unknown, broken = await best_of_five(kept), await best_of_five(None), await passwords.verify("rubbish", "x")
    passwords.close()

    assert broken is False
    assert 0.4 < known / unknown < 2.5


def test_the_defaults_are_owasps_first_choice() -> None:
    passwords = Passwords()

    kept = passwords._nobodys
    passwords.close()

    assert kept.startswith("$argon2id$v=19$m=47104,t=1,p=1$")


def test_keys_are_read_in_every_form_an_operator_has_them() -> None:
    openssl = ["openssl", "genpkey", "-algorithm", "ed25519"]
    pems = [subprocess.run(openssl, capture_output=True, text=True, check=True).stdout for _ in range(2)]  # noqa: S603
    jwk = TokenSigner.generate().private_jwk()

    rings = [
        KeyRing.read("".join(pems)),
        KeyRing.read(orjson.dumps(jwk).decode()),
        KeyRing.read(orjson.dumps({"keys": [jwk]}).decode()),
    ]

    published = [orjson.loads(ring.public())["keys"] for ring in rings]
    assert [len(keys) for keys in published] == [2, 1, 1]
    assert published[1] == published[2]
    for key in (key for keys in published for key in keys):
        assert key.keys() == {"kty", "crv", "x", "kid", "use", "alg"}


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"keys": []}', "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"]
)
def test_what_is_no_signing_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="signing key"):
        KeyRing.read(text)


def test_a_public_key_signs_nothing() -> None:
    public = orjson.dumps(TokenSigner.generate().public_jwk()).decode()

    with pytest.raises(ValueError, match="private"):
        KeyRing.read(public)


def test_secrets_are_kept_apart_by_purpose_and_pepper() -> None:
    vault, other = Vault(b"p" * 32), Vault(b"q" * 32)

    kept = {vault.kept("code", "1"), vault.kept("token", "1"), other.kept("code", "1"), vault.kept("code", "", "1")}

    assert len(kept) == 4
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(b"short")


def test_a_network_is_an_address_or_the_64_bits_that_one_office_has() -> None:
    vault = Vault(b"p" * 32)

    assert vault.network("198.51.100.7") != vault.network("198.51.100.8")
    assert vault.network("2001:db8::1") == vault.network("2001:db8::ffff:1")
    assert vault.network("2001:db8::1") != vault.network("2001:db8:0:1::1")
    assert vault.network("::ffff:198.51.100.7") == vault.network("198.51.100.7")
    assert vault.network(None) == vault.network("rubbish")
    assert "198" not in vault.network("198.51.100.7")
