"""Surveys through the door: who is asked, one answer each, what is shown, and what is kept from view."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from services.content import grants
from services.content.model.lists import Place
from services.content.model.surveys import Survey
from services.content.store.surveys import SurveyState, SurveyStore
from shared.events.content import SurveyAnswered, SurveyAnswerWithdrawn
from shared.ids import new_id
from tests.services.content.conftest import NOON, House
from tests.services.content.officials import ANSWERS, QUESTION
from tests.support import assert_index_used

CLOSES = (NOON + timedelta(days=7)).isoformat()


async def ask(house: House, **fields: Any) -> dict[str, Any]:
    """Esther asks what openness means; returns the survey with its ETag."""
    body = {"question": QUESTION, "slug": "openness", **fields}
    answer = await house.client.post("/v1/surveys", json=body, headers=house.signed_in("esther"))
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "etag": answer.headers["ETag"]}


async def say(house: House, *terms: str, by: str = "amina", **about: Any) -> httpx2.Response:
    return await house.client.put(
        "/v1/surveys/openness/answer", json={"terms": list(terms), **about}, headers=house.signed_in(by)
    )


async def cloud(house: House, form: str = "") -> httpx2.Response:
    return await house.client.get(f"/v1/surveys/openness/cloud{form}")


def cookie(house: House, reader: str) -> dict[str, str]:
    """The cookie of an anonymous reader, signed by metering."""
    now = int(house.clock.now().timestamp())
    claims = {"iss": grants.ISSUER, "aud": grants.AUDIENCE, "sub": reader, "iat": now, "exp": now + 3600}
    return {"Cookie": f"plenary_reader={house.meter.signer.sign(claims, type=grants.READER)}"}


def slug_of(problem: httpx2.Response) -> str:
    return str(problem.json()["type"]).rpartition("/")[2]


def imported(**fields: Any) -> dict[str, Any]:
    """The survey of fifty officials, as another archive has it."""
    answers = [{"respondent": f"official {number}", "terms": terms} for number, terms in enumerate(ANSWERS)]
    return {
        "external_id": "july-2017",
        "slug": "openness",
        "question": QUESTION,
        "opened_at": "2017-07-01T00:00:00Z",
        "closes_at": "2017-07-10T00:00:00Z",
        "answers": answers,
        **fields,
    }


async def bring(house: House, **fields: Any) -> httpx2.Response:
    return await house.client.post("/v1/imports/surveys", json=imported(**fields), headers=house.signed_in("esther"))


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


async def test_an_editor_closes_it_at_once(house: House) -> None:
    survey = await ask(house)
    headers = house.signed_in("esther") | {"If-Match": survey["etag"]}

    closed = await house.client.post("/v1/surveys/openness/closing", headers=headers)

    assert closed.json()["state"] == "closed"
    assert (await say(house, "trust")).status_code == 409


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


async def test_the_survey_of_fifty_officials_is_brought_over_and_drawn(house: House) -> None:
    brought = await bring(house)

    assert brought.status_code == 201, brought.text
    shown = (await cloud(house)).json()
    assert shown["statement"] == "50 people answered"
    assert {word["term"] for word in shown["words"][:5]} == {
        "transparency",
        "openness",
        "trust",
        "understanding",
        "integrity",
    }
    assert (await cloud(house, ".svg")).text.count("data-respondents") == len(shown["words"])
    assert brought.json()["opened_at"] == "2017-07-01T00:00:00Z"
    assert brought.json()["state"] == "closed"


async def test_what_is_brought_twice_is_there_once(house: House) -> None:
    first, second = await bring(house), await bring(house, question="Something else?")

    assert first.json() == second.json()
    assert await house.database["answers"].count_documents({}) == 50


async def test_what_is_brought_is_all_there_or_not_at_all(house: House) -> None:
    answers = [*imported()["answers"], {"respondent": "the last", "terms": ["?"]}]

    refused = await bring(house, answers=answers)

    assert (refused.status_code, slug_of(refused)) == (422, "term-blank")
    assert (await house.client.get("/v1/surveys/openness")).status_code == 404
    assert await house.database["answers"].count_documents({}) == 0


async def test_names_from_an_archive_are_not_kept(house: House) -> None:
    await bring(house, answers=[{"respondent": "Ingrid Ek, Stockholm", "terms": ["trust"]}])

    kept = await house.database["answers"].find({}).to_list()

    assert len(kept) == 1
    assert "Ingrid" not in str(kept)


async def test_only_editors_ask_and_bring(house: House) -> None:
    asked = await house.client.post("/v1/surveys", json={"question": QUESTION}, headers=house.signed_in("amina"))
    brought = await house.client.post("/v1/imports/surveys", json=imported(), headers=house.signed_in("amina"))

    assert (asked.status_code, brought.status_code) == (403, 403)
    assert await house.database["surveys"].count_documents({}) == 0


async def test_what_fewer_than_three_said_is_withheld_until_a_third_says_it(house: House) -> None:
    await ask(house)
    for person in ("amina", "wiremu"):
        await say(house, "trust", by=person)

    before = (await cloud(house)).json()
    await say(house, "Trust!", by="ingrid")
    after = (await cloud(house)).json()

    assert (before["respondents"], before["words"], before["withheld"]["terms"]) == (2, [], 1)
    assert [(word["term"], word["respondents"]) for word in after["words"]] == [("trust", 3)]


async def test_the_threshold_people_answered_under_may_grow_and_never_shrinks(house: House) -> None:
    survey = await ask(house, least=3)
    await say(house, "trust")
    headers = house.signed_in("esther") | {"If-Match": survey["etag"]}

    lower = await house.client.put("/v1/surveys/openness", json={"question": QUESTION, "least": 2}, headers=headers)
    higher = await house.client.put("/v1/surveys/openness", json={"question": QUESTION, "least": 5}, headers=headers)

    assert (lower.status_code, slug_of(lower)) == (409, "survey-answered")
    assert (higher.status_code, higher.json()["least"]) == (200, 5)


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


async def test_a_term_is_hidden_and_shown_again_and_both_are_on_record(house: House) -> None:
    etag = (await ask(house, least=1))["etag"]
    await say(house, "trust", "rudeness")

    async def rule(verdict: str, reason: str) -> httpx2.Response:
        nonlocal etag
        headers = house.signed_in("esther") | {"If-Match": etag}
        body = {"verdict": verdict, "term": "Rudeness", "reason": reason}
        answer = await house.client.post("/v1/surveys/openness/rulings", json=body, headers=headers)
        etag = answer.headers.get("ETag", etag)
        return answer

    hidden = await rule("hide", "Names a colleague.")
    without = (await cloud(house)).json()
    again = await rule("hide", "To be sure.")
    shown = await rule("show", "It is a word like others.")
    whole = (await cloud(house)).json()

    assert (hidden.status_code, again.status_code, shown.status_code) == (201, 409, 201)
    assert ([word["term"] for word in without["words"]], without["withheld"]["hidden_by_editors"]) == (["trust"], 1)
    assert [word["term"] for word in whole["words"]] == ["rudeness", "trust"]
    trail = (await house.client.get("/v1/surveys/openness/terms", headers=house.signed_in("tomasz"))).json()
    assert [(ruling["verdict"], ruling["by"], ruling["reason"]) for ruling in trail["rulings"]] == [
        ("hide", "esther", "Names a colleague."),
        ("show", "esther", "It is a word like others."),
    ]


async def test_terms_are_merged_by_ruling_and_the_answers_stay_as_given(house: House) -> None:
    survey = await ask(house)
    for person, terms in (("amina", ["open"]), ("wiremu", ["openness", "open"]), ("ingrid", ["openness"])):
        await say(house, *terms, by=person)
    headers = house.signed_in("esther") | {"If-Match": survey["etag"]}
    body = {"verdict": "merge", "term": "open", "into": "openness", "reason": "The same thing."}

    await house.client.post("/v1/surveys/openness/rulings", json=body, headers=headers)

    assert [(w["term"], w["respondents"]) for w in (await cloud(house)).json()["words"]] == [("openness", 3)]
    own = await house.client.get("/v1/surveys/openness/answer", headers=house.signed_in("amina"))
    assert own.json()["terms"] == ["open"]


async def test_a_circle_of_mergers_is_refused(house: House) -> None:
    etag = (await ask(house))["etag"]

    statuses = []
    for term, into in (("open", "openness"), ("openness", "transparency"), ("transparency", "open")):
        headers = house.signed_in("esther") | {"If-Match": etag}
        body = {"verdict": "merge", "term": term, "into": into, "reason": "The same thing."}
        answer = await house.client.post("/v1/surveys/openness/rulings", json=body, headers=headers)
        etag = answer.headers.get("ETag", etag)
        statuses.append(answer.status_code)

    assert statuses == [201, 201, 409]


async def test_what_editors_see_is_for_editors(house: House) -> None:
    await ask(house)

    assert (await house.client.get("/v1/surveys/openness/terms")).status_code == 401
    refused = await house.client.get("/v1/surveys/openness/terms", headers=house.signed_in("amina"))
    assert refused.status_code == 403


async def test_the_cloud_is_sent_again_only_when_it_has_changed(house: House) -> None:
    await ask(house, least=1)
    await say(house, "trust")

    for form in ("", ".svg", ".html", ".csv"):
        first = await cloud(house, form)
        known = {"If-None-Match": first.headers["ETag"]}
        again = await house.client.get(f"/v1/surveys/openness/cloud{form}", headers=known)
        assert (first.status_code, again.status_code) == (200, 304)
    await say(house, "openness", by="wiremu")
    changed = await house.client.get("/v1/surveys/openness/cloud.svg", headers=known)

    assert changed.status_code == 200
    assert "openness" in changed.text


async def test_the_forms_come_as_what_they_are(house: House) -> None:
    await bring(house)

    types = {form: (await cloud(house, form)).headers["Content-Type"] for form in ("", ".svg", ".html", ".csv")}

    assert types == {
        "": "application/json",
        ".svg": "image/svg+xml",
        ".html": "text/html; charset=utf-8",
        ".csv": "text/csv; charset=utf-8",
    }
    image = await house.client.get("/v1/surveys/openness/cloud.svg", headers={"Accept": "image/svg+xml"})
    assert image.status_code == 200
    assert "sandbox" in image.headers["Content-Security-Policy"]


async def test_two_surveys_with_the_same_answers_in_another_order_look_alike(house: House) -> None:
    await bring(house)
    await bring(house, external_id="another", slug="openness-again", answers=imported()["answers"][::-1])

    one = await house.client.get("/v1/surveys/openness/cloud.svg")
    other = await house.client.get("/v1/surveys/openness-again/cloud.svg")

    assert one.content == other.content


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
