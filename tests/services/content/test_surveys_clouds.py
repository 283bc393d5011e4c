"""A survey's cloud: what is shown, what is kept from view, and what editors rule on."""

from __future__ import annotations

import httpx2

from tests.services.content.asking import ask, bring, cloud, imported, say, slug_of
from tests.services.content.conftest import House
from tests.services.content.officials import QUESTION


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
