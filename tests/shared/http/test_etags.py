from __future__ import annotations

import httpx2
import pytest

from tests.shared.http.test_bad_input import assert_problem

PAMPHLET = "/v1/pamphlets/openness"
TRUST = {"title": "On trust"}


async def test_who_has_this_version_gets_no_body(door: httpx2.AsyncClient) -> None:
    first = await door.get(PAMPHLET)

    for tag in (first.headers["etag"], "W/" + first.headers["etag"], '"1", "3"', "*"):
        again = await door.get(PAMPHLET, headers={"If-None-Match": tag})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == '"3"'


async def test_who_has_another_version_gets_this_one(door: httpx2.AsyncClient) -> None:
    answer = await door.get(PAMPHLET, headers={"If-None-Match": '"2"'})

    assert answer.status_code == 200
    assert answer.headers["etag"] == '"3"'


async def test_a_change_of_what_was_seen_is_made(door: httpx2.AsyncClient) -> None:
    answer = await door.put(PAMPHLET, json=TRUST, headers={"If-Match": '"3"'})

    assert answer.json() == {"id": "openness", "title": "On trust"}


@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}])
async def test_a_change_of_nobody_knows_what_is_refused(door: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    answer = await door.put(PAMPHLET, json=TRUST, headers=headers)

    assert_problem(answer, 428, "precondition-required")


@pytest.mark.parametrize("tag", ['"2"', 'W/"3"', "3", '"3", "4"', '"three"', '""', '"' + "9" * 40 + '"'])
async def test_a_change_of_another_version_is_stale(door: httpx2.AsyncClient, tag: str) -> None:
    answer = await door.put(PAMPHLET, json=TRUST, headers={"If-Match": tag})

    assert_problem(answer, 412, "stale-write")
