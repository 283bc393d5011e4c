"""Tokens as strangers would forge them. Every one gets the same answer."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest

from tests.doors import Issuer
from tests.shared.http.test_bad_input import assert_problem

SHELF = "/v1/pamphlets/mine/shelf"


async def test_a_member_is_known_by_their_token(door: httpx2.AsyncClient, issuer: Issuer) -> None:
    answer = await door.get(SHELF, headers=issuer.headers("wiremu", standing="official"))

    assert answer.json() == {"member": "wiremu", "standing": "official"}


async def test_a_reader_without_a_token_is_asked_to_log_in(door: httpx2.AsyncClient) -> None:
    answer = await door.get(SHELF)

    assert_problem(answer, 401, "not-signed-in")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_forged_token_is_refused_even_where_none_is_needed(door: httpx2.AsyncClient) -> None:
    forged = {"Authorization": f"Bearer {Issuer().token('amina')}"}

    answer = await door.post("/v1/pamphlets", json={"title": "On openness"}, headers=forged)

    assert_problem(answer, 401, "token-invalid")


@pytest.mark.parametrize("authorization", ["Basic YW1pbmE6aHVudGVyMg==", "Bearer", "Bearer ", "Bearer x", "amina"])
async def test_what_is_no_token_is_refused(door: httpx2.AsyncClient, authorization: str) -> None:
    answer = await door.get(SHELF, headers={"Authorization": authorization})

    assert_problem(answer, 401, "token-invalid")


async def test_two_tokens_are_refused(door: httpx2.AsyncClient, issuer: Issuer) -> None:
    headers = [("Authorization", f"Bearer {issuer.token(name)}") for name in ("amina", "wiremu")]

    answer = await door.get(SHELF, headers=headers)

    assert_problem(answer, 401, "token-invalid")


async def test_all_refused_tokens_get_one_message(door: httpx2.AsyncClient, issuer: Issuer) -> None:
    tokens = [
        issuer.token(life=timedelta(seconds=-1)),
        issuer.token(aud="another"),
        issuer.token(iss="another"),
        issuer.token(sub=""),
        issuer.token(standing=""),
        Issuer().token(),
        "a.b.c",
    ]

    answers = [await door.get(SHELF, headers={"Authorization": f"Bearer {token}"}) for token in tokens]

    documents = [assert_problem(answer, 401, "token-invalid") for answer in answers]
    for document in documents:
        del document["request_id"]
    assert documents == [documents[0]] * len(documents)
    assert {answer.headers["www-authenticate"] for answer in answers} <= {"Bearer", 'Bearer error="invalid_token"'}


async def test_a_role_is_needed_where_it_is_asked_for(door: httpx2.AsyncClient, issuer: Issuer) -> None:
    by_reader = await door.delete("/v1/pamphlets/openness")
    by_member = await door.delete("/v1/pamphlets/openness", headers=issuer.headers("wiremu", roles=["moderator"]))
    by_editor = await door.delete("/v1/pamphlets/openness", headers=issuer.headers("amina", roles=["editor"]))

    assert_problem(by_reader, 401, "not-signed-in")
    assert_problem(by_member, 403, "forbidden")
    assert by_editor.status_code == 204
