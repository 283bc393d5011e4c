"""What a person sees while the site is away, and what a program gets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.settings import Upstream
from tests.gateway.running import Gateway, free_ports, running

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def alone(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """A gateway with nothing behind it."""
    nobody, site_port = next(free_ports), next(free_ports)
    async with running(
        tmp_path_factory.mktemp("alone"), {}, web=Upstream.local(nobody), site_port=site_port
    ) as gateway:
        yield gateway


async def test_whoever_asks_for_a_page_while_the_site_is_away_gets_one(alone: Gateway) -> None:
    answer = await alone.get("/articles/bus-lanes?from=mail", headers={"accept": BROWSER})

    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert "Plenary is away for a moment" in answer.text
    assert f"<code>{answer.headers['x-request-id']}</code>" in answer.text
    assert answer.headers.get_list("content-security-policy")[-1].startswith("default-src 'none'")
    assert (answer.headers["cache-control"], answer.headers["retry-after"]) == ("no-store", "1")


@pytest.mark.parametrize(
    ("path", "accept"),
    [("/", "application/json"), ("/", "*/*"), ("/", ""), ("/v1/articles", BROWSER), ("/v1", BROWSER)],
)
async def test_a_program_and_whoever_asks_the_api_get_a_document(alone: Gateway, path: str, accept: str) -> None:
    answer = await alone.get(path, headers={"accept": accept})

    assert answer.status_code in {404, 503}
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
