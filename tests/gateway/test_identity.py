"""Nobody but the gateway says who is asking, how the meter stands, or where a request came from."""

from __future__ import annotations

import pytest

from gateway.table import TABLE, Entry
from tests.gateway.running import GATEWAY_KEY, Gateway
from tests.gateway.upstreams import EchoService

SPOOFED = {
    "X-Plenary-Access": "forged",
    "x-plenary-ACCESS": "forged",
    "X-Plenary-Gateway-Key": "guessed",
    "X-Plenary-Client-Address": "203.0.113.9",
    "X-Plenary-Member": "somebody-else",
    "X-Envoy-Auth-Failure-Mode-Allowed": "true",
    "X-Envoy-Original-Path": "/v1/policies",
    "X-Envoy-External-Address": "203.0.113.9",
    "X-Envoy-Upstream-Rq-Timeout-Ms": "1",
    "X-Envoy-Retry-On": "5xx",
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": "for=203.0.113.9",
    "X-Real-IP": "203.0.113.9",
    "X-Original-URL": "/v1/policies",
    "X-Rewrite-URL": "/v1/policies",
    "X-HTTP-Method-Override": "DELETE",
    "X-Request-Id": "chosen-by-the-client",
    "x_plenary_access": "forged",
}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry.prefix)
async def test_a_client_cannot_speak_for_the_gateway_on_any_route(gateway: Gateway, entry: Entry, method: str) -> None:
    answer = await gateway.ask(method, f"{entry.prefix}/some/thing", headers=SPOOFED)

    assert answer.status_code == 200
    (seen,) = gateway.services[entry.service].asked(f"{entry.prefix}/some/thing")
    said = {name: value for name, values in seen.headers.items() for value in values}
    assert not {value for value in said.values() if value in SPOOFED.values()} - {"true"}
    assert "x-envoy-auth-failure-mode-allowed" not in said
    assert "x-plenary-access" not in said
    assert seen.header("x-plenary-gateway-key") == GATEWAY_KEY
    assert seen.header("x-plenary-client-address") == "127.0.0.1"


async def test_a_client_cannot_speak_for_the_gateway_where_the_meter_is_asked(
    gateway: Gateway, content: EchoService, metering: EchoService
) -> None:
    await gateway.get("/v1/articles/openness", headers=SPOOFED)

    for seen in (*content.seen, *metering.seen):
        assert seen.header("x-plenary-gateway-key") == GATEWAY_KEY
        assert seen.header("x-plenary-client-address") == "127.0.0.1"
        assert seen.header("x-plenary-access") is None
        assert seen.header("x-envoy-auth-failure-mode-allowed") is None
        assert seen.header("x-request-id") != "chosen-by-the-client"


async def test_naming_a_header_hop_by_hop_does_not_make_it_vanish(gateway: Gateway, community: EchoService) -> None:
    await gateway.get("/v1/comments", headers={"connection": "close, x-plenary-gateway-key, x-plenary-client-address"})

    assert community.seen[0].header("x-plenary-gateway-key") == GATEWAY_KEY
    assert community.seen[0].header("x-plenary-client-address") == "127.0.0.1"


async def test_every_request_gets_an_id_that_the_answer_and_the_service_share(
    gateway: Gateway, community: EchoService
) -> None:
    first, second = await gateway.get("/v1/comments"), await gateway.get("/v1/comments")

    assert first.headers["x-request-id"] == community.seen[0].header("x-request-id")
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_a_trace_and_cookies_pass(gateway: Gateway, community: EchoService) -> None:
    traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    await gateway.get(
        "/v1/comments", headers={"traceparent": traceparent, "cookie": "plenary_reader=known; theme=dark"}
    )

    assert community.seen[0].header("traceparent") == traceparent
    assert community.seen[0].header("cookie") == "plenary_reader=known; theme=dark"


async def test_every_answer_tells_browsers_to_be_careful_and_nobody_what_runs_here(gateway: Gateway) -> None:
    for path in ("/v1/topics", "/v1/nothing", "/nothing"):
        answer = await gateway.get(path)

        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["server"] == "plenary"
        assert not [name for name in answer.headers if name.startswith("x-envoy")]
