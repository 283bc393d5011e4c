"""Searching: what is found, in which order, what is marked in it, and what it never gives away (C10)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.content.model.lists import Filters
from services.content.model.search import marked, passage, stems_of, words_of
from services.content.store.search import _asked
from tests.services.content.conftest import CANARY, House
from tests.support import stages

FERRIES = "## Who pays\n\nThe harbour board subsidises every crossing, and **publishes** what it costs."


async def a_harbour(house: House) -> None:
    """Four articles, an hour apart, in which ferries play a larger and larger part."""
    articles: dict[str, dict[str, Any]] = {
        "budgets": {"title": "How budgets are read", "body": FERRIES, "topics": ["digital"], "regions": ["africa"]},
        "crossings": {
            "title": "Crossings at dawn",
            "lead": "Ferries leave on the hour.",
            "body": "Nothing more to say.",
            "kind": "case_study",
            "country": "SE",
            "sector": "Transport",
            "organisation": "A ministry",
            "topics": ["partnerships"],
            "regions": [],
        },
        "harbours": {"title": "The ferry that came on time", "topics": ["partnerships", "digital"]},
        "free": {"title": "What is free to all", "lead": "Open to anybody.", "body": FERRIES, "exempt": True},
    }
    for slug, about in articles.items():
        house.clock.move(timedelta(hours=1))
        await house.take_in(slug, house.clock.now(), **about)


async def found(house: House, q: str, **query: Any) -> dict[str, Any]:
    answer = await house.client.get("/v1/search", params={"q": q, **query})
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def slugs(page: dict[str, Any]) -> list[str]:
    return [item["slug"] for item in page["items"]]


def counted(values: list[dict[str, Any]]) -> dict[str, int]:
    return {each["value"]: each["count"] for each in values}


def found_in(marks: list[dict[str, Any]]) -> list[str]:
    return [mark["text"] for mark in marks if mark["found"]]


@pytest.mark.parametrize(
    ("q", "query", "expected"),
    [
        ("ferries", {}, ["harbours", "crossings"]),
        ("FERRY", {}, ["harbours", "crossings"]),
        ("subsidised crossing", {}, ["crossings", "free", "budgets"]),
        ("publishing", {"sort": "newest"}, ["free", "budgets"]),
        ("subsidises", {"topic": "digital"}, ["budgets"]),
        ("ferries", {"country": "SE"}, ["crossings"]),
        ("ferries", {"kind": "article"}, ["harbours"]),
        ("harbour", {"region": "africa"}, ["budgets"]),
        ("harbour", {"since": "2026-03-02T14:30:00Z"}, ["free"]),
        ("harbour", {"until": "2026-03-02T13:30:00Z"}, ["budgets"]),
        ("-ferries", {}, ["harbours", "crossings"]),
        ("the of and", {}, []),
        ('" - "', {}, []),
        ("submarines", {}, []),
    ],
)
async def test_articles_are_found_by_words_of_title_lead_and_body(
    house: House, q: str, query: dict[str, Any], expected: list[str]
) -> None:
    await a_harbour(house)

    page = await found(house, q, **query)

    assert slugs(page) == expected
    assert page["found"] == len(expected)


async def test_what_a_picture_is_called_is_no_text(house: House) -> None:
    body = (
        '::figure[A quay]{src="/quay.png" caption="The old quay" credit="Lena Ek"}\n\n[Tickets](https://sails.example)'
    )
    await house.publish("quay", body=body)

    assert slugs(await found(house, "quay")) == ["quay"]
    assert slugs(await found(house, "tickets")) == ["quay"]
    assert slugs(await found(house, "figure png src https sails")) == []


async def test_drafts_and_archived_articles_are_not_found(house: House) -> None:
    await house.draft("a-draft", title="Ferries to come")
    archived = await house.publish("gone", title="Ferries that were")
    await house.move(archived, "archived")

    assert slugs(await found(house, "ferries")) == []


async def test_an_article_is_found_as_it_was_published_and_not_as_it_is_being_rewritten(house: House) -> None:
    article = await house.publish("openness", body="It began with a lighthouse.")

    await house.rewrite(article, body="It began with a windmill.")

    assert slugs(await found(house, "lighthouse")) == ["openness"]
    assert slugs(await found(house, "windmill")) == []


async def test_words_are_marked_in_the_title_and_lead(house: House) -> None:
    await house.publish(
        "boats",
        title="Ferries, Élodie\N{RIGHT SINGLE QUOTATION MARK}s way",
        lead="A ferry is the shortest way.",
        body="",
    )

    (hit,) = (await found(house, "the elodie's ferry"))["items"]

    title, lead = hit["highlight"]["title"], hit["highlight"]["lead"]
    assert "".join(mark["text"] for mark in title) == hit["title"]
    assert "".join(mark["text"] for mark in lead) == hit["lead"]
    assert found_in(title) == ["Ferries", "Élodie\N{RIGHT SINGLE QUOTATION MARK}s"]
    assert found_in(lead) == ["ferry"]


async def test_of_a_walled_body_nothing_is_shown_and_of_a_free_one_a_passage(house: House) -> None:
    await a_harbour(house)
    await house.publish("walled")

    free, walled = (await found(house, "subsidises"))["items"]
    canary = await house.client.get("/v1/search", params={"q": "seventh paragraph"})

    assert found_in(free["highlight"]["passage"]) == ["subsidises"]
    assert "".join(mark["text"] for mark in free["highlight"]["passage"]).startswith("Who pays The harbour board")
    assert walled["highlight"]["passage"] == []
    assert slugs(canary.json()) == ["harbours", "walled"]
    assert CANARY not in canary.text
    assert "grant may see" not in canary.text


@pytest.mark.parametrize("door", ["/v1/search", "/v1/articles"])
async def test_phrases_are_not_asked_for_so_that_no_walled_body_is_read_by_guessing(house: House, door: str) -> None:
    await house.publish("walled")

    right = await house.client.get(door, params={"q": '"seventh paragraph, which only"'})
    wrong = await house.client.get(door, params={"q": '"paragraph seventh, only which"'})

    assert slugs(right.json()) == slugs(wrong.json()) == ["walled"]
    assert "score" not in right.text


async def test_facets_count_what_there_would_be_under_another_value(house: House) -> None:
    await a_harbour(house)

    every = await found(house, "ferry crossing harbour")
    narrowed = await found(house, "ferry crossing harbour", topic="digital")

    assert every["found"] == 4
    assert counted(every["facets"]["topic"]) == {"digital": 2, "partnerships": 2, "open-government": 1}
    assert counted(every["facets"]["country"]) == {"SE": 1}
    assert counted(every["facets"]["kind"]) == {"article": 3, "case_study": 1}
    assert narrowed["found"] == 2
    assert counted(narrowed["facets"]["topic"]) == {"digital": 2, "partnerships": 2, "open-government": 1}
    assert counted(narrowed["facets"]["kind"]) == {"article": 2}
    assert counted(narrowed["facets"]["region"]) == {"africa": 1, "asia-pacific": 1}
    assert counted(narrowed["facets"]["series"]) == {}


@pytest.mark.parametrize("sort", ["best", "newest"])
async def test_pages_follow_one_another_without_gap_or_repetition(house: House, sort: str) -> None:
    for number in range(7):
        house.clock.move(timedelta(minutes=number % 2))
        await house.take_in(f"ferry-{number}", house.clock.now(), title="Ferries " * (1 + number % 3))
    whole = slugs(await found(house, "ferry", sort=sort))

    answer = await house.client.get("/v1/search", params={"q": "ferry", "sort": sort, "limit": 3})
    pages = [slugs(answer.json())]
    while "next" in answer.links:
        answer = await house.client.get(answer.links["next"]["url"])
        pages.append(slugs(answer.json()))

    assert [len(page) for page in pages] == [3, 3, 1]
    assert [slug for page in pages for slug in page] == whole
    assert len(set(whole)) == 7
    assert answer.json()["found"] == 7


async def test_an_article_published_meanwhile_shifts_no_page(house: House) -> None:
    for number in range(4):
        await house.publish(f"ferry-{number}", title="Ferry")
    whole = slugs(await found(house, "ferry"))
    first = await house.client.get("/v1/search", params={"q": "ferry", "limit": 2})
    await house.publish("better", title="Ferry ferry ferry")

    second = await house.client.get(first.links["next"]["url"])

    assert slugs(first.json()) + slugs(second.json()) == whole


@pytest.mark.parametrize("change", ["altered", "of-another-question", "of-another-order", "nonsense"])
async def test_a_cursor_that_is_not_ours_is_refused(house: House, change: str) -> None:
    await a_harbour(house)
    query = {"q": "ferry crossing", "limit": "1"}
    cursor = (await house.client.get("/v1/search", params=query)).json()["next"]
    changed = {
        "altered": {"cursor": ("A" if cursor[0] != "A" else "B") + cursor[1:]},
        "of-another-question": {"cursor": cursor, "q": "crossing"},
        "of-another-order": {"cursor": cursor, "sort": "newest"},
        "nonsense": {"cursor": "tomorrow"},
    }[change]

    answer = await house.client.get("/v1/search", params=query | changed)

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (400, "cursor-invalid")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"q": "ferry", "kind": "poem"}, "kind"),
        ({"q": "ferry", "country": "Sweden"}, "country"),
        ({"q": "ferry", "sort": "cheapest"}, "sort"),
        ({"q": "ferry", "since": "yesterday"}, "since"),
        ({"q": "ferry", "limit": 101}, "limit"),
    ],
)
async def test_what_is_asked_wrongly_is_named(house: House, query: dict[str, Any], parameter: str) -> None:
    answer = await house.client.get("/v1/search", params=query)

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "validation-failed")
    assert answer.json()["errors"][0]["parameter"] == parameter


@pytest.mark.parametrize(
    ("q", "title"),
    [
        ("συμμετοχή", "συμμετοχή πολιτών"),
        ("gouvernement", "Le gouvernement ouvert"),
        ("zurich", "Was Zürich gelernt hat"),
        ("الشفافية", "ما هي الشفافية"),
        ("सरकार", "खुली सरकार"),
        ("l'état", "Ce que l'état publie"),
        ("$expr", "An $expr in a title"),
    ],
)
async def test_words_of_every_language_are_found_as_they_stand(house: House, q: str, title: str) -> None:
    await house.publish("worldwide", title=title)

    page = await found(house, q)

    assert slugs(page) == ["worldwide"]
    assert len(found_in(page["items"][0]["highlight"]["title"])) == 1


async def test_a_search_is_answered_from_the_index_of_words(house: House) -> None:
    await house.publish("openness")

    for filters in (Filters(), Filters(topic="digital", region="africa", country="SE", kind="article")):
        plan = await house.database["articles"].find(_asked(["openness"], filters)).explain()
        assert {"TEXT_MATCH", "IXSCAN"} <= stages(plan["queryPlanner"]["winningPlan"])
        assert "COLLSCAN" not in stages(plan["queryPlanner"]["winningPlan"])


def test_a_question_comes_to_its_words_each_once_and_no_more_than_sixteen() -> None:
    assert words_of('Open "open" -data, don\N{RIGHT SINGLE QUOTATION MARK}t; $where: {"a": 1}') == (
        "Open",
        "open",
        "data",
        "don\N{RIGHT SINGLE QUOTATION MARK}t",
        "where",
        "a",
        "1",
    )
    assert len(words_of(" ".join(f"word{number}" for number in range(30)))) == 16
    assert words_of("… — !") == ()


def test_marks_put_together_are_the_text() -> None:
    text = "Sharing: those who share, shared — and «Sharers» don\N{RIGHT SINGLE QUOTATION MARK}t."
    stems = stems_of(words_of("share"))

    marks = marked(text, stems)

    assert "".join(mark.text for mark in marks) == text
    assert [mark.text for mark in marks if mark.found] == ["Sharing", "share", "shared"]
    assert marked("", stems) == []


def test_a_passage_is_cut_between_words() -> None:
    text = " ".join(f"before{number}" for number in range(60)) + " the ferry " + "after " * 60
    marks = passage(text, stems_of(("ferries",)))

    shown = "".join(mark.text for mark in marks)
    assert [mark.text for mark in marks if mark.found] == ["ferry"]
    assert shown.startswith("… before")
    assert shown.endswith("after …")
    assert len(shown) < 270
    assert passage(text, stems_of(("submarine",))) == []
