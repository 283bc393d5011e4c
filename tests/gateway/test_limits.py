"""What one client may send: so much at once, so often, and refused in words when it is more."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import httpx2
import pytest

from gateway.settings import Bucket
from tests.gateway.running import Gateway, running, services
from tests.gateway.tokens import ACCOUNTS, Published

KIB = 1024


def problem_of(answer: httpx2.Response) -> str:
    return str(answer.json()["type"]).rpartition("/")[2]


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/v1/comments", 64 * KIB, 200),
        ("/v1/comments", 64 * KIB + 1, 413),
        ("/v1/articles", 1024 * KIB, 200),
        ("/v1/articles", 1024 * KIB + 1, 413),
        ("/v1/sessions", 1024 * KIB, 413),
    ],
)
async def test_a_body_over_the_limit_of_its_route_reaches_nobody(
    gateway: Gateway, path: str, size: int, status: int
) -> None:
    answer = await gateway.ask("POST", path, content=b" " * size, headers={"content-type": "application/json"})

    assert answer.status_code == status
    if status == 413:
        assert problem_of(answer) == "body-too-large"
        assert not any(service.seen for service in gateway.services.values())


@pytest.mark.parametrize(
    "headers",
    [{"x-long": "a" * 17 * KIB}, {"cookie": "a=" + "b" * 17 * KIB}, {f"x-{number}": "a" for number in range(80)}],
    ids=["one long header", "a long cookie", "too many headers"],
)
async def test_headers_beyond_the_limit_reach_nobody(gateway: Gateway, headers: dict[str, str]) -> None:
    answer = await gateway.get("/v1/topics", headers=headers)

    assert (answer.status_code, problem_of(answer)) == (431, "headers-too-large")
    assert not any(service.seen for service in gateway.services.values())


async def test_a_client_that_asks_too_often_is_told_when_to_come_again(tmp_path: Path) -> None:
    async with services() as upstreams:
        upstreams["accounts"].answers["/.well-known/jwks.json"] = Published(ACCOUNTS)
        narrow = {"general_rate": Bucket(burst=20, per_second=1), "attempt_rate": Bucket(burst=5, per_second=1)}
        async with running(tmp_path, upstreams, **narrow) as gateway:
            tries = await asyncio.gather(*(gateway.ask("POST", "/v1/sessions", json={}) for _ in range(10)))
            reads = await asyncio.gather(*(gateway.get("/v1/topics") for _ in range(40)))

    assert 5 <= Counter(answer.status_code for answer in tries)[200] <= 7
    assert 429 in {answer.status_code for answer in reads}
    for answer in (*tries, *reads):
        if answer.status_code == 429:
            assert problem_of(answer) == "too-many-requests"
            assert int(answer.headers["retry-after"]) >= 1
