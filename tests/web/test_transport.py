"""Questions to the gateway arrive as they were meant, whatever is in them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import pytest

from web.api import As, Gateway, Problem, Unavailable


@asynccontextmanager
async def gateway(answer: bytes) -> AsyncIterator[tuple[Gateway, list[bytes]]]:
    """One that gives the same answer to everything, and what it was asked."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        pool = Gateway(f"http://127.0.0.1:{port}", "a gateway key that only tests know", seconds=2)
        try:
            yield pool, asked
        finally:
            await pool.close()


def told(status: str, *headers: str, body: bytes = b"{}") -> bytes:
    lines = [f"HTTP/1.1 {status}", "connection: close", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.mark.parametrize(
    ("path", "query", "line"),
    [
        ("/v1/articles", {"topic": "open government", "limit": 5}, "GET /v1/articles?topic=open+government&limit=5"),
        ("/v1/articles", {"topic": None}, "GET /v1/articles"),
        ("/v1/suggestions", {"mine": True}, "GET /v1/suggestions?mine=true"),
        ("/v1/search", {"q": "a&b=c+d é"}, "GET /v1/search?q=a%26b%3Dc%2Bd+%C3%A9"),
        (f"/v1/articles/{quote('a/b', safe='')}", {}, "GET /v1/articles/a%2Fb"),
        ("/v1/comments/x HTTP/1.1\r\nhost: evil", {}, "GET /v1/comments/x%20HTTP/1.1host:%20evil"),
    ],
)
async def test_a_question_is_one_line_whatever_is_in_it(path: str, query: dict[str, Any], line: str) -> None:
    async with gateway(told("200 OK")) as (pool, asked):
        await pool.ask(As(), "GET", path, query=query)

    assert asked[0].split(b"\r\n")[0].decode() == f"{line} HTTP/1.1"


async def test_a_readers_new_cookie_is_passed_on_and_kept_by_nobody() -> None:
    amina, chidi = As(), As()
    answer = told("200 OK", "set-cookie: plenary_reader=amina; HttpOnly", "set-cookie: other=1")
    async with gateway(answer) as (pool, asked):
        await pool.ask(amina, "GET", "/v1/articles/openness")
        await pool.ask(chidi, "GET", "/v1/articles/openness")

    assert amina.given == ["plenary_reader=amina; HttpOnly"]
    assert not any(b"\r\ncookie:" in each.lower() for each in asked)


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async with gateway(told("301 Moved Permanently", "location: /v1/articles/present")) as (pool, asked):
        answer = await pool.ask(As(), "GET", "/v1/articles/former")

    assert (answer.status, answer.headers["location"]) == (301, "/v1/articles/present")
    assert len(asked) == 1


async def test_refusals_come_with_what_they_say() -> None:
    answer = told("429 Too Many Requests", "Retry-After: 7", body=b'{"type": "https://x/too-many", "title": "Wait"}')
    async with gateway(answer) as (pool, _):
        with pytest.raises(Problem) as refused:
            await pool.ask(As(), "POST", "/v1/sessions", body={})

    assert refused.value.status == 429
    assert refused.value.headers["retry-after"] == "7"


@pytest.mark.parametrize("answer", [told("503 Service Unavailable"), b"", b"HTTP/1.1 nonsense\r\n\r\n"])
async def test_who_is_away_or_makes_no_sense_is_unavailable(answer: bytes) -> None:
    async with gateway(answer) as (pool, _):
        with pytest.raises(Unavailable):
            await pool.ask(As(), "GET", "/v1/articles")


async def test_nobody_at_the_port_is_unavailable() -> None:
    nobody = Gateway("http://127.0.0.1:9", "a gateway key that only tests know", seconds=2)

    with pytest.raises(Unavailable):
        await nobody.ask(As(), "GET", "/v1/articles")
    await nobody.close()
