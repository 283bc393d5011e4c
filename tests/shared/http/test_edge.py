from __future__ import annotations

import httpx2
import pytest
from prometheus_client import REGISTRY

JOURNEY = "4bf92f3577b34da6a3ce929d0e0e4736"


def counted(route: str, status: str, method: str = "GET") -> float:
    labels = {"method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("http_requests_total", labels) or 0.0


async def test_every_answer_names_its_request(door: httpx2.AsyncClient) -> None:
    own = await door.get("/v1/pamphlets/openness", headers={"X-Request-Id": "from-the-gateway-1"})
    new = await door.get("/v1/pamphlets/openness")

    assert own.headers["x-request-id"] == "from-the-gateway-1"
    assert len(new.headers["x-request-id"]) == 36


@pytest.mark.parametrize("request_id", ["short", "x" * 65, "a b c d e f g h", 'quote"quote"', "\x1b[31mred"])
async def test_a_request_id_that_is_none_is_replaced(door: httpx2.AsyncClient, request_id: str) -> None:
    answer = await door.get("/v1/pamphlets/openness", headers={"X-Request-Id": request_id})

    assert answer.headers["x-request-id"] != request_id
    assert len(answer.headers["x-request-id"]) == 36


async def test_requests_are_counted_by_their_route(door: httpx2.AsyncClient) -> None:
    before = counted("/v1/pamphlets/{id}", "200")

    await door.get("/v1/pamphlets/openness")
    await door.get("/v1/pamphlets/trust")

    assert counted("/v1/pamphlets/{id}", "200") == before + 2


async def test_no_path_from_outside_becomes_a_label(door: httpx2.AsyncClient) -> None:
    before = counted("unmatched", "404")

    await door.get("/v1/amina@example.org")
    await door.request("BREW", "/v1/coffee")

    exposed = (await door.get("/metrics")).text
    assert counted("unmatched", "404") == before + 1
    assert "amina" not in exposed
    assert "coffee" not in exposed
    assert "BREW" not in exposed


async def test_crashes_are_counted_as_what_they_are(door: httpx2.AsyncClient) -> None:
    before = counted("/v1/pamphlets/{id}", "500")

    await door.get("/v1/pamphlets/crash")

    assert counted("/v1/pamphlets/{id}", "500") == before + 1
    assert REGISTRY.get_sample_value("http_requests_in_progress") == 0


async def test_the_headers_can_be_asked_for_alone(door: httpx2.AsyncClient) -> None:
    whole = await door.get("/v1/pamphlets/openness")
    alone = await door.head("/v1/pamphlets/openness")

    assert whole.json()["head"] is False
    assert alone.status_code == 200
    assert alone.content == b""
    assert alone.headers["etag"] == whole.headers["etag"]
    assert counted("/v1/pamphlets/{id}", "200", method="HEAD") >= 1


async def test_answers_say_how_they_may_be_kept(door: httpx2.AsyncClient) -> None:
    read = await door.get("/v1/pamphlets/openness")
    written = await door.post("/v1/pamphlets", json={"title": "On openness"})

    assert read.headers["cache-control"] == "private, no-cache"
    assert written.headers["cache-control"] == "no-store"
    assert read.headers["x-content-type-options"] == "nosniff"
