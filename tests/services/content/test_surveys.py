"""Surveys through the door: who asks, how they are found, and what stays once people have answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.content.model.lists import Place
from services.content.model.surveys import Survey
from services.content.store.surveys import SurveyState, SurveyStore
from shared.ids import new_id
from tests.services.content.asking import CLOSES, ask, imported, say, slug_of
from tests.services.content.conftest import NOON, House
from tests.services.content.officials import QUESTION
from tests.support import assert_index_used


async def test_an_editor_closes_it_at_once(house: House) -> None:
    survey = await ask(house)
    headers = house.signed_in("esther") | {"If-Match": survey["etag"]}

    closed = await house.client.post("/v1/surveys/openness/closing", headers=headers)

    assert closed.json()["state"] == "closed"
    assert (await say(house, "trust")).status_code == 409


async def test_only_editors_ask_and_bring(house: House) -> None:
    asked = await house.client.post("/v1/surveys", json={"question": QUESTION}, headers=house.signed_in("amina"))
    brought = await house.client.post("/v1/imports/surveys", json=imported(), headers=house.signed_in("amina"))

    assert (asked.status_code, brought.status_code) == (403, 403)
    assert await house.database["surveys"].count_documents({}) == 0


async def test_a_question_that_was_answered_stays_as_it_was(house: House) -> None:
    survey = await ask(house)
    await say(house, "trust")
    headers = house.signed_in("esther") | {"If-Match": survey["etag"]}

    refused = await house.client.put("/v1/surveys/openness", json={"question": "And secrecy?"}, headers=headers)

    assert (refused.status_code, slug_of(refused)) == (409, "survey-answered")


async def test_answers_do_not_make_an_editors_etag_stale_but_another_editor_does(house: House) -> None:
    survey = await ask(house)
    headers = house.signed_in("esther") | {"If-Match": survey["etag"]}
    body = {"question": QUESTION, "description": "Asked in July."}

    await say(house, "trust")
    mine = await house.client.put("/v1/surveys/openness", json=body, headers=headers)
    theirs = await house.client.put("/v1/surveys/openness", json={**body, "least": 4}, headers=headers)
    unseen = await house.client.put("/v1/surveys/openness", json=body, headers=house.signed_in("tomasz"))

    assert (mine.status_code, mine.json()["respondents"]) == (200, 1)
    assert (theirs.status_code, unseen.status_code) == (412, 428)


async def test_a_survey_is_found_by_its_id_as_well(house: House) -> None:
    survey = await ask(house)

    assert (await house.client.get(f"/v1/surveys/{survey['id']}")).json()["slug"] == "openness"
    assert (await house.client.get(f"/v1/surveys/{new_id()}")).status_code == 404
    assert slug_of(await house.client.get("/v1/surveys/nothing")) == "survey-not-found"


async def test_a_slug_is_taken_once_and_made_up_where_none_is_given(house: House) -> None:
    await ask(house)
    again = await house.client.post(
        "/v1/surveys", json={"question": QUESTION, "slug": "openness"}, headers=house.signed_in("esther")
    )
    made_up = [await ask(house, slug=None) for _ in range(2)]
    like_an_id = await house.client.post(
        "/v1/surveys", json={"question": QUESTION, "slug": new_id()}, headers=house.signed_in("esther")
    )

    assert (again.status_code, slug_of(again)) == (409, "slug-taken")
    assert made_up[0]["slug"] == "what-does-openness-in-government-mean-to-you-in-a-word-or-two"
    assert made_up[1]["slug"] != made_up[0]["slug"]
    assert like_an_id.status_code == 422


async def test_asking_again_with_the_same_key_asks_once(house: House) -> None:
    headers = house.signed_in("esther") | {"Idempotency-Key": "ask-once"}
    body = {"question": QUESTION}

    first = await house.client.post("/v1/surveys", json=body, headers=headers)
    again = await house.client.post("/v1/surveys", json=body, headers=headers)

    assert first.json() == again.json()
    assert await house.database["surveys"].count_documents({}) == 1


async def test_surveys_are_listed_newest_first_page_by_page(house: House) -> None:
    for number in range(5):
        await ask(house, slug=f"survey-{number}")
        house.clock.move(timedelta(minutes=1))

    slugs, address = [], "/v1/surveys?limit=2"
    while address:
        page = (await house.client.get(address)).json()
        slugs += [survey["slug"] for survey in page["items"]]
        address = page["next"] and f"/v1/surveys?limit=2&cursor={page['next']}"

    assert slugs == [f"survey-{number}" for number in (4, 3, 2, 1, 0)]


async def test_a_survey_that_would_be_closed_is_not_opened(house: House) -> None:
    body = {"question": QUESTION, "closes_at": NOON.isoformat()}

    refused = await house.client.post("/v1/surveys", json=body, headers=house.signed_in("esther"))

    assert (refused.status_code, slug_of(refused)) == (422, "time-not-possible")


async def test_every_query_has_its_index(house: House) -> None:
    store = house.deps.surveys
    surveys, answers = house.database["surveys"], house.database["answers"]
    survey = Survey.model_validate(
        {
            "id": new_id(),
            "slug": "s",
            "question": "?",
            "audience": "everyone",
            "opened_at": NOON,
            "invitation_secret": "x",
            "author_id": "esther",
        }
    )
    await store.add(survey, at=NOON)

    await assert_index_used(surveys.find({"slug": "openness"}))
    states: tuple[SurveyState | None, ...] = (None, "open", "closed")
    for state in states:
        query = SurveyStore.newest_query(Place(NOON, "an-id"), state, NOON)
        await assert_index_used(surveys.find(query).sort([("opened_at", -1), ("_id", -1)]))
    newest = surveys.find(SurveyStore.newest_query(None, None, NOON))
    await assert_index_used(newest.sort([("opened_at", -1), ("_id", -1)]))
    await assert_index_used(answers.find(*SurveyStore.said_query(survey.id)))


async def test_surveys_are_listed_by_whether_they_take_answers(house: House) -> None:
    await ask(house, slug="for-a-week", closes_at=CLOSES)
    await ask(house, slug="for-good")
    ended = await ask(house, slug="ended")
    headers = house.signed_in("esther") | {"If-Match": ended["etag"]}
    await house.client.post("/v1/surveys/ended/closing", headers=headers)

    async def listed(**query: Any) -> set[str]:
        answer = await house.client.get("/v1/surveys", params=query)
        return {survey["slug"] for survey in answer.json()["items"]}

    assert await listed(state="open") == {"for-a-week", "for-good"}
    assert await listed(state="closed") == {"ended"}
    house.clock.move(timedelta(days=8))
    assert await listed(state="open") == {"for-good"}
    assert await listed() == {"for-a-week", "for-good", "ended"}
