"""What a stranger may throw at any door, and what it gets: a problem document, and nothing stored."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from shared.http.gate import MAX_DEPTH
from shared.mongo import Database

PAMPHLETS = "/v1/pamphlets"
AS_JSON = {"Content-Type": "application/json"}


def assert_problem(answer: httpx2.Response, status: int, slug: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["type"] == f"https://plenary.example/problems/{slug}"
    assert document["status"] == status
    assert document["title"]
    assert document["request_id"] == answer.headers["x-request-id"]
    assert "Traceback" not in answer.text
    return document


async def assert_nothing_stored(database: Database) -> None:
    assert await database["pamphlets"].count_documents({}) == 0


async def test_a_body_over_the_limit_is_too_large(door: httpx2.AsyncClient, database: Database) -> None:
    body = json.dumps({"title": "Long", "text": "x" * 70_000})

    answer = await door.post(PAMPHLETS, content=body, headers=AS_JSON)

    assert_problem(answer, 413, "body-too-large")
    await assert_nothing_stored(database)


async def test_a_body_that_hides_its_length_is_stopped_at_the_limit(door: httpx2.AsyncClient) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 10_000_000:
            sent += 4096
            yield b" " * 4096

    answer = await door.post(PAMPHLETS, content=endless(), headers=AS_JSON)

    assert_problem(answer, 413, "body-too-large")


async def test_a_route_may_take_more_and_other_things(door: httpx2.AsyncClient) -> None:
    csv = b"title,year\n" + b"On openness,2017\n" * 6_000

    taken = await door.post(f"{PAMPHLETS}/imports/csv", content=csv, headers={"Content-Type": "text/csv"})
    refused = await door.post(f"{PAMPHLETS}/imports/csv", content=csv, headers=AS_JSON)

    assert taken.json() == {"bytes": len(csv)}
    assert_problem(refused, 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "body",
    [
        b'{"title": "On openness"',
        b"{'title': 'On openness'}",
        b'{"title": NaN}',
        b'{"title": "On openness", "pages": Infinity}',
        b'{"title": "\xff\xfe"}',
        b'{"title": "\\ud800"}',
        b'{"title": "a"} {"title": "b"}',
        b"\xef\xbb\xbf{}",
        b"[" * 5_000,
    ],
)
async def test_malformed_json_is_a_bad_request(door: httpx2.AsyncClient, database: Database, body: bytes) -> None:
    answer = await door.post(PAMPHLETS, content=body, headers=AS_JSON)

    assert_problem(answer, 400, "malformed-json")
    await assert_nothing_stored(database)


async def test_a_body_may_be_nested_only_so_deep(door: httpx2.AsyncClient) -> None:
    def nested(levels: int) -> bytes:
        return b'{"title":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"

    deep_enough = await door.post(PAMPHLETS, content=nested(MAX_DEPTH), headers=AS_JSON)
    too_deep = await door.post(PAMPHLETS, content=nested(MAX_DEPTH + 1), headers=AS_JSON)
    wide = await door.post(PAMPHLETS, json={"title": "Wide", "authors": [{"name": "Wiremu"}] * 100})

    assert_problem(deep_enough, 422, "validation-failed")
    assert_problem(too_deep, 400, "json-too-deep")
    assert_problem(wide, 422, "validation-failed")


@pytest.mark.parametrize("number", ["9223372036854775808", "1e30", "-1e19", "9" * 5_000])
async def test_a_number_that_no_database_holds_is_refused(
    door: httpx2.AsyncClient, database: Database, number: str
) -> None:
    answer = await door.post(PAMPHLETS, content=f'{{"title": "Long", "pages": {number}}}', headers=AS_JSON)

    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    await assert_nothing_stored(database)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/xml"},
        {},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
async def test_another_media_type_is_not_taken(
    door: httpx2.AsyncClient, database: Database, headers: dict[str, str]
) -> None:
    answer = await door.post(PAMPHLETS, content=b'{"title": "On openness"}', headers=headers)

    assert_problem(answer, 415, "unsupported-media-type")
    await assert_nothing_stored(database)


async def test_an_unknown_field_is_named_and_refused(door: httpx2.AsyncClient, database: Database) -> None:
    body = {"title": "On openness", "is_admin": True, "authors": [{"name": "Amina", "role/s": "editor"}]}

    answer = await door.post(PAMPHLETS, json=body)

    document = assert_problem(answer, 422, "validation-failed")
    assert {error["pointer"] for error in document["errors"]} == {"#/is_admin", "#/authors/0/role~1s"}
    await assert_nothing_stored(database)


@pytest.mark.parametrize("operator", [{"$gt": ""}, {"$where": "sleep(1000)"}, ["$ne", None], {"$oid": "x"}])
async def test_an_operator_object_is_not_text(door: httpx2.AsyncClient, database: Database, operator: Any) -> None:
    answer = await door.post(PAMPHLETS, json={"title": operator})

    document = assert_problem(answer, 422, "validation-failed")
    assert document["errors"] == [{"detail": "Input should be a valid string", "pointer": "#/title"}]
    await assert_nothing_stored(database)


@pytest.mark.parametrize(
    "title",
    [
        "Open\x00ness",
        "Open\u202eness",
        "Open\u2066ness",
        "Open\u200bness",
        "Open\u200dness",
        "\ufeffOpenness",
        "Open\u2060ness",
        "Open\nness",
        "Open\x1b[31mness",
        "Open\u3164ness",
        "Open\U000e0041ness",
        "O" + "\u0301" * 40,
    ],
)
async def test_a_name_holds_nothing_that_cannot_be_seen(
    door: httpx2.AsyncClient, database: Database, title: str
) -> None:
    answer = await door.post(PAMPHLETS, json={"title": title})

    document = assert_problem(answer, 422, "validation-failed")
    assert document["errors"][0]["pointer"] == "#/title"
    await assert_nothing_stored(database)


async def test_a_refusal_does_not_repeat_what_was_sent(door: httpx2.AsyncClient) -> None:
    body = {"title": {"secret": "hunter2"}, "pages": "hunter2", "authors": "hunter2"}

    answer = await door.post(PAMPHLETS, json=body)

    assert_problem(answer, 422, "validation-failed")
    assert "hunter2" not in answer.text


async def test_findings_are_bounded_however_many_there_are(door: httpx2.AsyncClient) -> None:
    answer = await door.post(PAMPHLETS, json={"title": "Many", **{f"field{n}": n for n in range(500)}})

    document = assert_problem(answer, 422, "validation-failed")
    assert len(document["errors"]) == 20


async def test_a_path_that_leads_nowhere_is_not_found(door: httpx2.AsyncClient) -> None:
    answer = await door.get("/v1/nothing")

    assert_problem(answer, 404, "not-found")


async def test_a_method_that_is_not_offered_is_named_with_those_that_are(door: httpx2.AsyncClient) -> None:
    answer = await door.patch(PAMPHLETS, json={})

    assert_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert (await door.post(f"{PAMPHLETS}/openness")).headers["allow"] == "DELETE, GET, HEAD, PUT"


@pytest.mark.parametrize("accept", ["text/html", "image/*", "application/json;q=0", "application/xml, text/css"])
async def test_what_is_not_produced_is_not_acceptable(door: httpx2.AsyncClient, accept: str) -> None:
    answer = await door.get(PAMPHLETS, headers={"Accept": accept})

    assert_problem(answer, 406, "not-acceptable")


@pytest.mark.parametrize(
    "accept", ["*/*", "application/*", "text/html, */*;q=0.1", "APPLICATION/JSON", "text/calendar", "text/*;q=0.5"]
)
async def test_what_is_produced_is_acceptable(door: httpx2.AsyncClient, accept: str) -> None:
    answer = await door.get(PAMPHLETS, headers={"Accept": accept})

    assert answer.status_code == 200


async def test_a_nul_in_the_address_is_a_bad_request(door: httpx2.AsyncClient) -> None:
    in_query = await door.get(PAMPHLETS + "?by=amina%00")
    in_path = await door.get(PAMPHLETS + "/a%00b")

    assert_problem(in_query, 400, "bad-request")
    assert_problem(in_path, 400, "bad-request")


async def test_a_wrong_parameter_is_named(door: httpx2.AsyncClient) -> None:
    answer = await door.get(PAMPHLETS, params={"limit": "1000"})

    document = assert_problem(answer, 422, "validation-failed")
    assert document["errors"] == [
        {"detail": "Input should be less than or equal to 100", "parameter": "limit", "in": "query"}
    ]


async def test_headers_that_claim_an_identity_are_not_looked_at(door: httpx2.AsyncClient) -> None:
    claims = {"X-Plenary-Member": "amina", "X-Member-Id": "amina", "X-User": "amina", "X-Plenary-Roles": "admin"}

    answer = await door.get(f"{PAMPHLETS}/mine/shelf", headers=claims)

    assert_problem(answer, 401, "not-signed-in")
