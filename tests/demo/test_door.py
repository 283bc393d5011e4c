"""The demo's door against a server that refuses in every way there is."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
import pytest

from demo.door import Door, SeedingFailed

PROBLEM = {"content-type": "application/problem+json"}


def door_to(answer: Callable[[httpx2.Request], httpx2.Response], said: list[str] | None = None) -> Door:
    client = httpx2.AsyncClient(base_url="http://gateway", transport=httpx2.MockTransport(answer))
    return Door(client, (said if said is not None else []).append)


def problem(status: int, slug: str, **headers: str) -> httpx2.Response:
    body = {"type": f"https://plenary.example/problems/{slug}", "title": slug}
    return httpx2.Response(status, json=body, headers={**PROBLEM, **headers})


async def test_what_a_service_has_yet_to_hear_of_is_asked_for_again() -> None:
    answers = iter([problem(404, "article-unknown"), problem(404, "article-unknown"), httpx2.Response(201, json={})])

    told = await door_to(lambda _: next(answers)).post("/v1/comments", {}, "a comment")

    assert told == {}


async def test_a_limit_is_waited_for_as_long_as_it_says() -> None:
    answers = iter([problem(429, "too-many-requests", **{"Retry-After": "0"}), httpx2.Response(201, json={"id": "1"})])

    told = await door_to(lambda _: next(answers)).post("/v1/sessions", {}, "the log-in")

    assert told == {"id": "1"}


async def test_every_refusal_is_named_and_the_rest_is_done_all_the_same() -> None:
    done: list[str] = []
    said: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        if "bad" in request.url.path:
            return problem(422, "reference-unknown")
        done.append(request.url.path)
        return httpx2.Response(201, json={})

    door = door_to(answer, said)
    with pytest.raises(SeedingFailed) as refused:
        await door.each("topics", [door.put(f"/v1/topics/{slug}", {}, slug) for slug in ("bad-1", "water", "bad-2")])

    assert done == ["/v1/topics/water"]
    assert str(refused.value).startswith("2 topics were not taken: bad-1: 422")
    assert "bad-2: 422" in str(refused.value)
    assert said[0].startswith("topics: 1 of 3 in")
