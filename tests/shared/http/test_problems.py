from __future__ import annotations

from typing import Any

import httpx2
import pytest

from shared.http.problems import json_pointer
from tests.shared.conftest import Lines
from tests.shared.http.test_bad_input import assert_problem


async def test_a_refusal_tells_its_cause_and_what_it_knows(door: httpx2.AsyncClient) -> None:
    answer = await door.get("/v1/pamphlets/missing")

    document = assert_problem(answer, 404, "pamphlet-not-found")
    assert document["detail"] == "No pamphlet is called missing."
    assert document["suggestions"] == ["openness"]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_crash_is_told_without_its_cause_and_logged_with_it(door: httpx2.AsyncClient, logged: Lines) -> None:
    answer = await door.get("/v1/pamphlets/crash")

    document = assert_problem(answer, 500, "internal-error")
    assert "amina" not in answer.text
    [line] = [line for line in logged() if line["event"] == "http.crashed"]
    assert line["request_id"] == document["request_id"]
    assert line["route"] == "/v1/pamphlets/{id}"
    assert "RuntimeError" in line["exception"]
    assert "hunter2" not in str(line)
    assert "amina@example.org" not in str(line)


async def test_a_database_that_is_away_is_said_to_be_away(door: httpx2.AsyncClient) -> None:
    answer = await door.get("/v1/pamphlets/database-away")

    assert_problem(answer, 503, "store-unavailable")
    assert answer.headers["retry-after"] == "2"


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ((), None, "#"),
        (("title",), {}, "#/title"),
        (("authors", 1, "name"), {"authors": [{}, {}]}, "#/authors/1/name"),
        (("a/b", "c~d"), {"a/b": {}}, "#/a~1b/c~0d"),
        (("answer", "Choice", "term"), {"answer": {"kind": "choice"}}, "#/answer/term"),
        (("body",), b"not an object", "#"),
    ],
)
def test_a_finding_points_into_the_body(path: tuple[Any, ...], body: Any, pointer: str) -> None:
    assert json_pointer(path, body) == pointer
