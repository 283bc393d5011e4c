"""Surveys brought over from another archive."""

from __future__ import annotations

from tests.services.content.asking import bring, cloud, imported, slug_of
from tests.services.content.conftest import House


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
