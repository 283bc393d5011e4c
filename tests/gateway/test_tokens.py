"""A token is verified at the gateway; what is not a token of accounts' gets the one answer."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.gateway.running import Gateway, running, services
from tests.gateway.tokens import (
    ACCOUNTS,
    STRANGER,
    Key,
    Published,
    bearer,
    signed_with,
    token,
    unsigned,
)
from tests.gateway.upstreams import EchoService
from tests.support import eventually

BAD_TOKENS = {
    "not a token": "garbage",
    "three parts of nothing": "a.b.c",
    "unsigned": unsigned(),
    "unsigned, in capitals": unsigned("NONE"),
    "HMAC with the public key": signed_with(ACCOUNTS.public),
    "signed by a stranger": token(STRANGER),
    "a key set of the stranger's": token(STRANGER, header={"jku": "https://evil.example/jwks.json"}),
    "HMAC with the key set": signed_with(json.dumps(ACCOUNTS.jwk).encode()),
    "the stranger's key along": token(STRANGER, header={"jwk": STRANGER.jwk}),
    "an unknown key": token(header={"kid": "accounts-0"}),
    "another issuer": token(iss="somebody/else"),
    "another audience": token(aud="content"),
    "expired": token(exp=int(time.time()) - 30),
    "without an end": token(exp=None),
    "not yet begun": token(nbf=int(time.time()) + 86_400),
    "cut short": token()[:-8],
}


async def test_a_good_token_reaches_the_service_as_it_was_sent(gateway: Gateway, community: EchoService) -> None:
    arohas = bearer(token())

    answer = await gateway.get("/v1/comments", headers=arohas)

    assert answer.status_code == 200
    assert community.seen[0].header("authorization") == arohas["authorization"]


@pytest.mark.parametrize("path", ["/v1/comments", "/v1/articles/openness", "/v1/me"])
@pytest.mark.parametrize("bad", BAD_TOKENS.values(), ids=BAD_TOKENS)
async def test_a_bad_token_is_refused_on_every_route_with_the_one_message(
    gateway: Gateway, path: str, bad: str
) -> None:
    answer = await gateway.get(path, headers=bearer(bad))

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "type": "https://plenary.example/problems/token-invalid",
        "title": "The access token is not valid",
        "status": 401,
        "detail": "Log in again, or leave the token out.",
        "request_id": answer.headers["x-request-id"],
    }
    assert not [service.name for service in gateway.services.values() if service.asked(path)]


@pytest.mark.parametrize("pair", [(token(), token(STRANGER)), (token(STRANGER), token())], ids=["after", "before"])
async def test_a_bad_token_does_not_hide_beside_a_good_one(gateway: Gateway, pair: tuple[str, str]) -> None:
    answer = await gateway.get("/v1/comments", headers=[("authorization", f"Bearer {it}") for it in pair])

    assert answer.status_code == 401


async def test_a_token_in_the_query_string_is_no_token(gateway: Gateway, community: EchoService) -> None:
    answer = await gateway.get(f"/v1/comments?access_token={token()}")

    assert answer.status_code == 200
    assert community.seen[0].header("authorization") is None


async def test_readers_without_a_token_pass(gateway: Gateway) -> None:
    assert (await gateway.get("/v1/comments")).status_code == 200


async def test_a_new_key_is_known_soon_and_the_old_one_stays_good(gateway: Gateway, accounts: EchoService) -> None:
    newer = Key("accounts-2")
    with accounts.answering("/.well-known/jwks.json", Published(ACCOUNTS, newer)):

        async def known() -> bool:
            fresh = bearer(token(newer))
            return (await gateway.get("/v1/comments", headers=fresh)).status_code == 200

        assert await eventually(known, within=gateway.settings.jwks_cache_seconds + 2, every=0.2)

    assert (await gateway.get("/v1/comments", headers=bearer(token()))).status_code == 200


async def test_while_accounts_is_away_the_keys_once_fetched_stay_good(tmp_path: Path) -> None:
    async with services() as upstreams:
        upstreams["accounts"].answers["/.well-known/jwks.json"] = Published(ACCOUNTS)
        # Envoy fetches five seconds before the keys' time is up.
        async with running(tmp_path, upstreams, jwks_cache_seconds=6) as gateway, upstreams["accounts"].away():
            failed = "http.public.jwt_authn.jwks_fetch_failed"

            await eventually(lambda: _grown(gateway, failed), within=10, every=0.2)

            assert (await gateway.get("/v1/comments", headers=bearer(token()))).status_code == 200
            assert (await gateway.get("/v1/comments", headers=bearer(token(STRANGER)))).status_code == 401


async def test_started_while_accounts_is_away_the_services_decide_until_the_keys_come(tmp_path: Path) -> None:
    async with services() as upstreams:
        accounts, community = upstreams["accounts"], upstreams["community"]
        accounts.answers["/.well-known/jwks.json"] = Published(ACCOUNTS)
        await accounts.stop()
        async with running(tmp_path, upstreams) as gateway:
            good, forged = bearer(token()), bearer(token(STRANGER))

            unverified = [(await gateway.get("/v1/comments", headers=it)).status_code for it in (good, forged)]
            expired = await gateway.get("/v1/comments", headers=bearer(BAD_TOKENS["expired"]))
            await accounts.start()

            # The services verify for themselves; what can be told without keys is told at once.
            assert unverified == [200, 200]
            assert [seen.header("authorization") for seen in community.seen] == [
                good["authorization"],
                forged["authorization"],
            ]
            assert expired.status_code == 401

            async def verified() -> bool:
                return (await gateway.get("/v1/comments", headers=forged)).status_code == 401

            assert await eventually(verified, every=0.1)
            assert (await gateway.get("/v1/comments", headers=good)).status_code == 200


async def _grown(gateway: Gateway, figure: str) -> bool:
    return await gateway.figure(figure) > 0
