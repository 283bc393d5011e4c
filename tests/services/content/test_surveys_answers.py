"""Answers to surveys: who is asked, one answer each, and what is kept of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared.events.content import SurveyAnswered, SurveyAnswerWithdrawn
from tests.services.content.asking import CLOSES, ask, cloud, cookie, say, slug_of
from tests.services.content.conftest import House


async def test_one_member_has_one_answer_and_may_change_it_until_the_survey_closes(house: House) -> None:
    await ask(house, closes_at=CLOSES)

    first = await say(house, "trust", "openness")
    second = await say(house, "courage")

    assert (first.status_code, second.status_code) == (200, 200)
    own = await house.client.get("/v1/surveys/openness/answer", headers=house.signed_in("amina"))
    assert own.json()["terms"] == ["courage"]
    told = await house.told("answers")
    assert [(event.respondents, event.changed) for event in told if isinstance(event, SurveyAnswered)] == [
        (1, False),
        (1, True),
    ]


async def test_the_same_answer_again_says_nothing_new(house: House) -> None:
    await ask(house)

    await say(house, "trust")
    await say(house, "trust")

    assert len(await house.told("answers")) == 1


async def test_a_closed_survey_takes_no_answer(house: House) -> None:
    await ask(house, closes_at=CLOSES)
    await say(house, "trust")
    house.clock.move(timedelta(days=7))

    refused = await say(house, "openness")

    assert (refused.status_code, slug_of(refused)) == (409, "survey-closed")
    assert (await cloud(house)).json()["respondents"] == 1


@pytest.mark.parametrize(
    ("terms", "slug"),
    [
        ([], "validation-failed"),
        (["one", "two", "three", "four", "five", "six"], "validation-failed"),
        (["  "], "validation-failed"),
        (["x" * 41], "validation-failed"),
        (["tr\u200bust"], "validation-failed"),
        (["trust\x00"], "validation-failed"),
        (["trust", "?!"], "term-blank"),
        ([{"$gt": ""}], "validation-failed"),
    ],
)
async def test_what_is_no_answer_is_refused_and_not_kept(house: House, terms: list[Any], slug: str) -> None:
    await ask(house)

    refused = await house.client.put(
        "/v1/surveys/openness/answer", json={"terms": terms}, headers=house.signed_in("amina")
    )

    assert (refused.status_code, slug_of(refused)) == (422, slug)
    assert (await cloud(house)).json()["respondents"] == 0


async def test_members_are_asked_and_others_are_shown_the_way_in(house: House) -> None:
    await ask(house, audience="members")

    refused = await house.client.put("/v1/surveys/openness/answer", json={"terms": ["trust"]})

    assert (refused.status_code, slug_of(refused)) == (401, "not-signed-in")
    assert (await say(house, "trust")).status_code == 200


async def test_an_anonymous_reader_answers_once_by_the_cookie_that_metering_signed(house: House) -> None:
    await ask(house)
    wellington, nairobi = cookie(house, "reader-from-wellington"), cookie(house, "reader-from-nairobi")

    for headers, term in ((wellington, "trust"), (nairobi, "trust"), (wellington, "openness")):
        answer = await house.client.put("/v1/surveys/openness/answer", json={"terms": [term]}, headers=headers)
        assert answer.status_code == 200

    assert (await cloud(house)).json()["respondents"] == 2


@pytest.mark.parametrize("headers", [{}, {"Cookie": "plenary_reader=forged"}])
async def test_a_reader_whom_nobody_knows_is_not_counted(house: House, headers: dict[str, str]) -> None:
    await ask(house)

    refused = await house.client.put("/v1/surveys/openness/answer", json={"terms": ["trust"]}, headers=headers)

    assert (refused.status_code, slug_of(refused)) == (401, "reader-unknown")


async def test_an_invitation_is_good_for_one_answer_and_names_nobody(house: House) -> None:
    survey = await ask(house, audience="invited")
    headers = house.signed_in("esther") | {"If-Match": survey["etag"]}
    given = await house.client.post("/v1/surveys/openness/invitations", json={"number": 2}, headers=headers)
    first, second = given.json()["invitations"]

    await say(house, "trust", invitation=first)
    await say(house, "openness", invitation=first.lower())
    await say(house, "courage", invitation=second, by="wiremu")

    own = await house.client.post("/v1/surveys/openness/answer/lookup", json={"invitation": first})
    assert own.json()["terms"] == ["openness"]
    assert (await cloud(house)).json()["respondents"] == 2


async def test_an_invitation_that_was_never_given_out_is_none(house: House) -> None:
    survey = await ask(house, audience="invited")
    headers = house.signed_in("esther") | {"If-Match": survey["etag"]}
    given = await house.client.post("/v1/surveys/openness/invitations", json={"number": 1}, headers=headers)
    (good,) = given.json()["invitations"]

    for bad in (None, "", "1-AAAAAAAAAAAAAAAA", good.replace("1-", "2-"), good + "A"):
        refused = await say(house, "trust", **({"invitation": bad} if bad is not None else {}))
        assert (refused.status_code, slug_of(refused)) == (403, "not-invited"), bad


async def test_what_an_invited_person_said_can_be_taken_back(house: House) -> None:
    survey = await ask(house, audience="invited")
    headers = house.signed_in("esther") | {"If-Match": survey["etag"]}
    given = await house.client.post("/v1/surveys/openness/invitations", json={"number": 1}, headers=headers)
    body = {"invitation": given.json()["invitations"][0]}
    await say(house, "trust", **body)

    gone = await house.client.post("/v1/surveys/openness/answer/withdrawal", json=body)

    assert gone.status_code == 204
    assert (await house.client.post("/v1/surveys/openness/answer/lookup", json=body)).status_code == 404


async def test_an_answer_taken_back_leaves_no_trace_of_who_or_what(house: House) -> None:
    await ask(house, closes_at=CLOSES, least=1)
    await say(house, "trust")
    await say(house, "a secret", by="wiremu")
    house.clock.move(timedelta(days=8))  # Long closed: forgetting is always possible.

    gone = [
        await house.client.delete("/v1/surveys/openness/answer", headers=house.signed_in("wiremu")) for _ in range(2)
    ]

    assert [answer.status_code for answer in gone] == [204, 204]
    shown = (await cloud(house)).json()
    assert (shown["respondents"], [word["term"] for word in shown["words"]]) == (1, ["trust"])
    kept = await house.database["answers"].find({"withdrawn": True}, {"outbox": 0}).to_list()
    assert "wiremu" not in str(kept)
    assert "secret" not in str(kept)
    withdrawn = [event for event in await house.told("answers") if isinstance(event, SurveyAnswerWithdrawn)]
    assert [event.respondents for event in withdrawn] == [1]


async def test_fifty_people_at_once_are_fifty_respondents(house: House) -> None:
    await ask(house)

    answers = await asyncio.gather(*(say(house, "trust", by=f"official-{number}") for number in range(50)))

    assert {answer.status_code for answer in answers} == {200}
    survey = (await house.client.get("/v1/surveys/openness")).json()
    assert survey["respondents"] == 50
    counts = [event.respondents for event in await house.told("answers") if isinstance(event, SurveyAnswered)]
    assert sorted(counts) == list(range(1, 51))


async def test_a_member_who_answers_fifty_times_at_once_is_one_respondent(house: House) -> None:
    await ask(house)

    await asyncio.gather(*(say(house, f"term {number}") for number in range(50)))

    assert (await cloud(house)).json()["respondents"] == 1


async def test_an_event_says_neither_who_nor_what(house: House) -> None:
    await ask(house)
    await say(house, "an unusual phrase")

    (event,) = await house.told("answers")

    assert "amina" not in event.model_dump_json()
    assert "unusual" not in event.model_dump_json()
