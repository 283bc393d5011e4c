"""Metering is asked about an article, and only about an article, before content sees the request."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.gateway.running import Gateway, running, services
from tests.gateway.tokens import ACCOUNTS, Published, bearer, token
from tests.gateway.upstreams import EchoService, always

CHECK = "/internal/meter-check"


async def _annotate(_request: Request) -> Response:
    answer = JSONResponse({}, headers={"x-plenary-access": "signed-grant", "x-internal-note": "not for anybody"})
    answer.set_cookie("plenary_reader", "fresh", httponly=True, samesite="lax")
    return answer


async def test_meterings_grant_reaches_content_and_its_cookie_the_browser(
    gateway: Gateway, content: EchoService, metering: EchoService
) -> None:
    with metering.answering(CHECK, _annotate):
        answer = await gateway.get("/v1/articles/openness", headers={"cookie": "theme=dark"})

    assert answer.json() == {"service": "content"}
    assert content.seen[0].header("x-plenary-access") == "signed-grant"
    assert content.seen[0].header("x-internal-note") is None
    assert content.seen[0].header("cookie") == "theme=dark"
    assert answer.headers.get_list("set-cookie") == ["plenary_reader=fresh; HttpOnly; Path=/; SameSite=lax"]
    assert "x-plenary-access" not in answer.headers
    assert "x-internal-note" not in answer.headers


async def test_cookies_of_content_and_of_metering_both_arrive(
    gateway: Gateway, content: EchoService, metering: EchoService
) -> None:
    with (
        metering.answering(CHECK, _annotate),
        content.answering("/v1/articles", always(headers={"set-cookie": "seen=1"})),
    ):
        answer = await gateway.get("/v1/articles/openness")

    assert {cookie.split("=")[0] for cookie in answer.headers.get_list("set-cookie")} == {"seen", "plenary_reader"}


async def test_metering_hears_what_it_needs_and_nothing_else(gateway: Gateway, metering: EchoService) -> None:
    arohas = {
        "cookie": "plenary_reader=known",
        "sec-purpose": "prefetch",
        "user-agent": "Firefox",
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "x-anything-else": "private",
        **bearer(token()),
    }

    answer = await gateway.get("/v1/articles/openness?gift=abc", headers=arohas)

    (asked,) = metering.seen
    assert (asked.method, asked.path) == ("GET", f"{CHECK}/v1/articles/openness?gift=abc")
    for name in ("cookie", "sec-purpose", "user-agent", "traceparent", "authorization"):
        assert asked.header(name) == arohas[name]
    assert asked.header("x-anything-else") is None
    assert asked.header("x-request-id") == answer.headers["x-request-id"]


async def test_head_is_asked_as_head(gateway: Gateway, content: EchoService, metering: EchoService) -> None:
    with metering.answering(CHECK, _annotate):
        answer = await gateway.ask("HEAD", "/v1/articles/openness")

    assert (answer.status_code, answer.content) == (200, b"")
    assert [seen.method for seen in (*metering.seen, *content.seen)] == ["HEAD", "HEAD"]
    assert content.seen[0].header("x-plenary-access") == "signed-grant"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/articles"),
        ("GET", "/v1/articles?topic=openness"),
        ("GET", "/v1/articles/"),
        ("GET", "/v1/articles/openness/revisions"),
        ("GET", "/v1/articles/openness/"),
        ("PUT", "/v1/articles/openness"),
        ("POST", "/v1/articles/openness"),
        ("DELETE", "/v1/articles/openness"),
        ("GET", "/v1/series/articles"),
        ("GET", "/v1/comments?article=openness"),
    ],
)
async def test_metering_is_not_asked_about_anything_but_reading_one_article(
    gateway: Gateway, metering: EchoService, method: str, path: str
) -> None:
    answer = await gateway.ask(method, path)

    assert answer.status_code == 200
    assert metering.seen == []


@pytest.mark.parametrize(
    "variant",
    [
        "/v1/articles/openness",
        "/v1/articles/%6fpenness",
        "/v1/%61rticles/openness",
        "/%76%31/articles/openness",
        "//v1//articles///openness",
        "/v1/./articles/openness",
        "/v1/topics/../articles/openness",
        "/v1/topics/%2e%2e/articles/openness",
        "/v1\\articles\\openness",
        "/../v1/articles/openness",
    ],
)
async def test_every_spelling_of_an_articles_address_is_the_same_article(
    gateway: Gateway, content: EchoService, metering: EchoService, variant: str
) -> None:
    answer = await gateway.get(variant)

    assert answer.status_code == 200
    assert [seen.path for seen in metering.seen] == [f"{CHECK}/v1/articles/openness"]
    assert [seen.path for seen in content.seen] == ["/v1/articles/openness"]


@pytest.mark.parametrize(
    ("variant", "status"),
    [
        ("/v1/articles%2Fopenness", 400),
        ("/v1/articles/openness%2F", 400),
        ("/v1%5carticles/openness", 400),
        ("/v1/articles/openness%00", 400),
        ("/v1/articles/openness#top", 400),
        ("/V1/ARTICLES/openness", 404),
        ("/v1/Articles/openness", 404),
        ("/v1/articles;a=b/openness", 404),
    ],
)
async def test_a_spelling_that_is_not_the_articles_address_reaches_nobody(
    gateway: Gateway, content: EchoService, metering: EchoService, variant: str, status: int
) -> None:
    answer = await gateway.get(variant)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert (content.seen, metering.seen) == ([], [])


async def test_meterings_own_refusal_is_passed_on_as_it_is(
    gateway: Gateway, content: EchoService, metering: EchoService
) -> None:
    problem = {"type": "https://plenary.example/problems/token-invalid", "status": 401, "detail": "from metering"}
    refusal = always(401, headers={"content-type": "application/problem+json"}, content=problem)

    with metering.answering(CHECK, refusal):
        answer = await gateway.get("/v1/articles/openness")

    assert (answer.status_code, answer.json()) == (401, problem)
    assert answer.headers["content-type"] == "application/problem+json"
    assert content.seen == []


async def test_when_metering_fails_the_reader_reads_and_content_is_told(
    gateway: Gateway, content: EchoService, metering: EchoService
) -> None:
    with metering.answering(CHECK, always(500, headers={"x-plenary-access": "half-made"})):
        answer = await gateway.get("/v1/articles/openness", headers={"x-plenary-access": "forged"})

    assert answer.status_code == 200
    assert content.seen[0].header("x-envoy-auth-failure-mode-allowed") == "true"
    assert content.seen[0].header("x-plenary-gateway-key")
    assert content.seen[0].header("x-plenary-access") is None


async def test_when_metering_stalls_the_reader_waits_two_seconds_and_reads(
    gateway: Gateway, content: EchoService, metering: EchoService
) -> None:
    answered = asyncio.Event()

    async def stall(_request: Request) -> Response:
        await answered.wait()
        return Response()

    with metering.answering(CHECK, stall):
        answer = await gateway.get("/v1/articles/openness")
        answered.set()

    assert answer.status_code == 200
    assert 1.9 < answer.elapsed.total_seconds() < 4
    assert content.seen[0].header("x-envoy-auth-failure-mode-allowed") == "true"


async def test_while_metering_is_away_readers_read_without_waiting(tmp_path: Path) -> None:
    async with services() as upstreams:
        upstreams["accounts"].answers["/.well-known/jwks.json"] = Published(ACCOUNTS)
        async with running(tmp_path, upstreams) as gateway:
            metering, content = upstreams["metering"], upstreams["content"]
            async with metering.away():
                answers = [await gateway.get("/v1/articles/openness") for _ in range(20)]
                policies = await gateway.get("/v1/policies")

            assert {answer.status_code for answer in answers} == {200}
            assert {seen.header("x-envoy-auth-failure-mode-allowed") for seen in content.seen} == {"true"}
            assert max(answer.elapsed.total_seconds() for answer in answers) < 0.5
            assert policies.status_code == 503

            await gateway.until("metering")
            content.seen.clear()
            with metering.answering(CHECK, _annotate):
                await gateway.get("/v1/articles/openness")
            assert content.seen[0].header("x-plenary-access") == "signed-grant"
            assert content.seen[0].header("x-envoy-auth-failure-mode-allowed") is None


async def test_a_hundred_readers_at_once_are_all_asked_about(
    gateway: Gateway, content: EchoService, metering: EchoService
) -> None:
    with metering.answering(CHECK, _annotate):
        answers = await asyncio.gather(*(gateway.get("/v1/articles/openness") for _ in range(100)))

    assert {answer.status_code for answer in answers} == {200}
    assert len(metering.seen) == len(content.seen) == 100
    assert {seen.header("x-plenary-access") for seen in content.seen} == {"signed-grant"}
