from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from shared.http.idempotency import LEASE_SECONDS
from shared.mongo import Database
from shared.resources import Resources
from tests.doors import Issuer
from tests.shared.http.test_bad_input import assert_problem
from tests.support import assert_index_used

PAMPHLETS = "/v1/pamphlets"
KEY = {"Idempotency-Key": "first-try-of-amina"}
OPENNESS = {"title": "On openness"}


async def test_the_same_request_twice_creates_one_thing_and_gets_one_answer(
    door: httpx2.AsyncClient, database: Database
) -> None:
    first = await door.post(PAMPHLETS, json=OPENNESS, headers=KEY)
    second = await door.post(PAMPHLETS, json=OPENNESS, headers=KEY)

    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.status_code == 201
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert await database["pamphlets"].count_documents({}) == 1


async def test_without_a_key_every_request_creates(door: httpx2.AsyncClient, database: Database) -> None:
    await door.post(PAMPHLETS, json=OPENNESS)
    await door.post(PAMPHLETS, json=OPENNESS)

    assert await database["pamphlets"].count_documents({}) == 2
    assert await database["idempotency"].count_documents({}) == 0


async def test_another_body_under_the_same_key_is_refused(door: httpx2.AsyncClient, database: Database) -> None:
    await door.post(PAMPHLETS, json=OPENNESS, headers=KEY)

    answer = await door.post(PAMPHLETS, json={"title": "On trust"}, headers=KEY)

    assert_problem(answer, 422, "idempotency-key-reused")
    assert await database["pamphlets"].count_documents({}) == 1


async def test_keys_are_each_members_own(door: httpx2.AsyncClient, issuer: Issuer, database: Database) -> None:
    by_amina = await door.post(PAMPHLETS, json=OPENNESS, headers=KEY | issuer.headers("amina"))
    by_wiremu = await door.post(PAMPHLETS, json=OPENNESS, headers=KEY | issuer.headers("wiremu"))

    assert by_amina.json()["by"] == "amina"
    assert by_wiremu.json()["by"] == "wiremu"
    assert await database["pamphlets"].count_documents({}) == 2


async def test_fifty_at_once_create_one_thing(door: httpx2.AsyncClient, database: Database) -> None:
    answers = await asyncio.gather(*(door.post(PAMPHLETS, json=OPENNESS, headers=KEY) for _ in range(50)))

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert_problem(answer, 409, "request-in-progress")
            assert int(answer.headers["retry-after"]) >= 1
    assert await database["pamphlets"].count_documents({}) == 1


async def test_a_retry_after_a_crash_finds_what_was_done(door: httpx2.AsyncClient, database: Database) -> None:
    dying = {"title": "Die after the commit"}

    crashed = await door.post(PAMPHLETS, json=dying, headers=KEY)
    again = await door.post(PAMPHLETS, json=dying, headers=KEY)

    assert_problem(crashed, 500, "internal-error")
    assert_problem(again, 500, "internal-error")
    assert await database["pamphlets"].count_documents({}) == 1


async def test_a_request_whose_process_died_is_taken_over(
    door: httpx2.AsyncClient, database: Database, resources: Resources
) -> None:
    first = await door.post(PAMPHLETS, json=OPENNESS, headers=KEY)
    # What a process leaves behind that is killed between the commit and the keeping of its answer:
    await database["idempotency"].update_one({}, {"$unset": {"answer": 1}})

    while_it_may_live = await door.post(PAMPHLETS, json=OPENNESS, headers=KEY)
    long_ago = datetime.now(UTC) - timedelta(seconds=LEASE_SECONDS + 1)
    await database["idempotency"].update_one({}, {"$set": {"at": long_ago}})
    afterwards = await door.post(PAMPHLETS, json=OPENNESS, headers=KEY)

    assert_problem(while_it_may_live, 409, "request-in-progress")
    assert afterwards.status_code == 201
    assert afterwards.json() == first.json()
    assert await database["pamphlets"].count_documents({}) == 1


async def test_a_refused_request_leaves_its_key_free(door: httpx2.AsyncClient, database: Database) -> None:
    refused = await door.post(PAMPHLETS, json={"title": ""}, headers=KEY)

    corrected = await door.post(PAMPHLETS, json=OPENNESS, headers=KEY)

    assert refused.status_code == 422
    assert corrected.status_code == 201
    assert await database["pamphlets"].count_documents({}) == 1


@pytest.mark.parametrize("key", ["", "has space", "x" * 201, '""'])
async def test_a_key_that_is_none_is_refused(door: httpx2.AsyncClient, key: str) -> None:
    answer = await door.post(PAMPHLETS, json=OPENNESS, headers={"Idempotency-Key": key})

    assert_problem(answer, 400, "idempotency-key-invalid")


async def test_quoted_and_bare_name_the_same_key(door: httpx2.AsyncClient) -> None:
    bare = await door.post(PAMPHLETS, json=OPENNESS, headers={"Idempotency-Key": "k-1"})
    quoted = await door.post(PAMPHLETS, json=OPENNESS, headers={"Idempotency-Key": '"k-1"'})

    assert bare.content == quoted.content


async def test_keys_are_forgotten_by_the_database(door: httpx2.AsyncClient, database: Database) -> None:
    await door.post(PAMPHLETS, json=OPENNESS, headers=KEY)

    indexes = await database["idempotency"].index_information()

    assert indexes["forget"]["expireAfterSeconds"] == 0
    await assert_index_used(database["idempotency"].find({"_id": "x", "token": "y"}))
