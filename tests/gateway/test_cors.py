"""Pages of other origins call the API if the settings name them, and nobody else's."""

from __future__ import annotations

import pytest

from tests.gateway.conftest import FRONT_END
from tests.gateway.running import Gateway

OTHERS = (
    "https://evil.example",
    "http://read.example",
    "https://read.example.evil.example",
    "https://evil-read.example",
    "https://READ.example",
    "https://read.example:8443",
    "null",
)


async def test_the_front_ends_pages_may_call_with_credentials(gateway: Gateway) -> None:
    asked = {"origin": FRONT_END, "access-control-request-method": "PUT", "access-control-request-headers": "if-match"}

    preflight = await gateway.ask("OPTIONS", "/v1/preferences", headers=asked)
    answer = await gateway.get("/v1/topics", headers={"origin": FRONT_END})

    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == FRONT_END
    assert preflight.headers["access-control-allow-credentials"] == "true"
    assert "if-match" in preflight.headers["access-control-allow-headers"]
    assert answer.headers["access-control-allow-origin"] == FRONT_END
    assert "etag" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("origin", OTHERS)
async def test_pages_of_anybody_else_may_not(gateway: Gateway, origin: str) -> None:
    asked = {"origin": origin, "access-control-request-method": "GET"}

    answers = [
        await gateway.ask("OPTIONS", "/v1/me", headers=asked),
        await gateway.get("/v1/topics", headers={"origin": origin}),
    ]

    # Envoy names the methods all the same; without this header a browser shows nothing of it to the page (Fetch, 4.9).
    assert not [answer for answer in answers if "access-control-allow-origin" in answer.headers]
