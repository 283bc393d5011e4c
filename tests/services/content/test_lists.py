"""Lists of articles: narrowed, searched, paged; what goes with what, and what is read most."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.content.model.lists import Filters, Place
from services.content.store.pages import CARD, sorting
from shared.mongo import Document
from tests.services.content.conftest import CANARY, NOON, House
from tests.support import assert_index_used

COUNTRIES = ["SE", "AE", "IN", "SG", "NZ", "KE", "CA"]


async def a_library(house: House) -> None:
    """Seven articles, an hour apart: the newest is about Canada."""
    for number, country in enumerate(COUNTRIES):
        house.clock.move(timedelta(hours=1))
        await house.take_in(
            f"partnerships-{country.lower()}",
            house.clock.now(),
            kind="case_study",
            country=country,
            sector="Transport" if number % 2 else "Health",
            organisation="A ministry",
            topics=["partnerships"] if number % 2 else ["partnerships", "digital"],
            regions=[],
            title=f"Partnerships number {number}",
            lead=f"How {country} learned to share ferries." if country == "SE" else f"How {country} shares.",
        )


async def slugs(house: House, **query: Any) -> list[str]:
    answer = await house.client.get("/v1/articles", params=query)
    assert answer.status_code == 200, answer.text
    return [card["slug"].removeprefix("partnerships-") for card in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["ca", "ke", "nz", "sg", "in", "ae", "se"]),
        ({"sort": "oldest"}, ["se", "ae", "in", "sg", "nz", "ke", "ca"]),
        ({"topic": "digital"}, ["ca", "nz", "in", "se"]),
        ({"region": "asia-pacific"}, ["nz", "sg", "in"]),
        ({"region": "asia-pacific", "topic": "digital"}, ["nz", "in"]),
        ({"country": "KE"}, ["ke"]),
        ({"kind": "article"}, []),
        ({"kind": "case_study", "limit": 2}, ["ca", "ke"]),
        ({"since": "2026-03-02T17:00:00Z"}, ["ca", "ke", "nz"]),
        ({"until": "2026-03-02T15:00:00Z"}, ["ae", "se"]),
        ({"q": "ferries"}, ["se"]),
        ({"q": "ferry"}, ["se"]),
        ({"q": "partnership", "region": "middle-east"}, ["ae"]),
        ({"q": '"'}, []),
        ({"q": "-ferries"}, ["se"]),
    ],
)
async def test_a_list_is_narrowed_by_any_of_its_filters(
    house: House, query: dict[str, Any], expected: list[str]
) -> None:
    await a_library(house)

    found = await slugs(house, **query)

    assert found == expected


@pytest.mark.parametrize("query", [{}, {"sort": "oldest"}, {"region": "asia-pacific"}, {"q": "partnerships"}])
async def test_pages_follow_one_another_without_gap_or_repetition(house: House, query: dict[str, Any]) -> None:
    await a_library(house)
    whole = await slugs(house, **query)

    pages: list[list[str]] = []
    address = None
    while address is not None or not pages:
        answer = await house.client.get(address or "/v1/articles", params=None if address else {**query, "limit": 2})
        pages.append([card["slug"].removeprefix("partnerships-") for card in answer.json()["items"]])
        address = answer.links["next"]["url"] if "next" in answer.links else None
        assert (answer.json()["next"] is None) == (address is None)

    assert [slug for page in pages for slug in page] == whole
    assert all(len(page) == 2 for page in pages[:-1])


async def test_an_article_published_meanwhile_shifts_no_page(house: House) -> None:
    await a_library(house)
    first = await house.client.get("/v1/articles", params={"limit": 3})
    house.clock.move(timedelta(hours=1))
    await house.publish("the-latest")

    second = await house.client.get(first.links["next"]["url"])

    assert [card["country"] for card in second.json()["items"]] == ["SG", "IN", "AE"]


async def test_articles_of_the_same_instant_are_paged_too(house: House) -> None:
    for number in range(5):
        await house.publish(f"at-noon-{number}")

    first = await house.client.get("/v1/articles", params={"limit": 3})
    second = await house.client.get(first.links["next"]["url"])

    found = [card["slug"] for page in (first, second) for card in page.json()["items"]]
    assert sorted(found) == [f"at-noon-{number}" for number in range(5)]


@pytest.mark.parametrize("change", ["altered", "of-another-list", "nonsense"])
async def test_a_cursor_that_is_not_ours_is_refused(house: House, change: str) -> None:
    await a_library(house)
    cursor = (await house.client.get("/v1/articles", params={"limit": 2})).json()["next"]
    query = {
        "altered": {"limit": 2, "cursor": ("A" if cursor[0] != "A" else "B") + cursor[1:]},
        "of-another-list": {"limit": 2, "cursor": cursor, "topic": "digital"},
        "nonsense": {"cursor": "tomorrow"},
    }[change]

    answer = await house.client.get("/v1/articles", params=query)

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (400, "cursor-invalid")


@pytest.mark.parametrize(
    "query",
    [
        {"topic": {"$ne": ""}},
        {"topic": "Open Government"},
        {"country": "Sweden"},
        {"kind": "poem"},
        {"sort": "random"},
        {"since": "yesterday"},
        {"since": "2026-03-02T17:00:00"},
        {"limit": 101},
        {"limit": 0},
        {"q": "x" * 201},
        {"state": "stolen"},
    ],
)
async def test_what_a_list_is_asked_wrongly_is_named(house: House, query: dict[str, Any]) -> None:
    answer = await house.client.get("/v1/articles", params=query)

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "validation-failed")
    assert answer.json()["errors"][0]["parameter"] == next(iter(query))


async def test_a_list_shows_counts_of_comments_and_no_body(house: House) -> None:
    article = await house.publish("openness")
    await house.database["articles"].update_one({"_id": article["id"]}, {"$inc": {"comments": 3}})
    await house.publish("ferries")

    answer = await house.client.get("/v1/articles")

    assert {card["slug"]: card["comments"] for card in answer.json()["items"]} == {"openness": 3, "ferries": 0}
    assert CANARY not in answer.text
    assert "body" not in answer.json()["items"][0]


async def test_editors_page_through_the_desk(house: House) -> None:
    for number in range(5):
        house.clock.move(timedelta(minutes=1))
        await house.draft(f"draft-{number}")

    first = await house.client.get("/v1/articles?state=draft&limit=3", headers=house.signed_in())
    second = await house.client.get(first.links["next"]["url"], headers=house.signed_in())

    found = [card["slug"] for page in (first, second) for card in page.json()["items"]]
    assert found == [f"draft-{number}" for number in (4, 3, 2, 1, 0)]


LISTS = [
    Filters(),
    Filters(topic="digital"),
    Filters(region="europe"),
    Filters(country="SE"),
    Filters(kind="case_study"),
    Filters(series="open-government"),
    Filters(topic="digital", region="europe", since=NOON),
]


@pytest.mark.parametrize("filters", LISTS)
@pytest.mark.parametrize("after", [None, Place(NOON, "an-id")])
async def test_every_list_is_answered_from_an_index(house: House, filters: Filters, after: Place | None) -> None:
    await house.publish("openness")

    for order in ("newest", "oldest"):
        query, projection = house.deps.pages.newest_query(filters, order, after)
        cursor = house.database["articles"].find(query, projection)
        await assert_index_used(cursor.sort(sorting(order)).limit(21))


@pytest.mark.parametrize(
    "after", [{}, {"saved_at": {"$lte": NOON}, "$or": [{"saved_at": {"$lt": NOON}}, {"_id": {"$lt": "x"}}]}]
)
async def test_the_desk_and_relations_are_answered_from_an_index(house: House, after: Document) -> None:
    articles = house.database["articles"]

    desk = articles.find({"state": "draft", **after}).sort([("saved_at", -1), ("_id", -1)])
    sharing = articles.find({"state": "published", "live.content.topics": {"$in": ["digital", "partnerships"]}}, CARD)

    await assert_index_used(desk)
    await assert_index_used(sharing.sort(sorting("newest")).limit(60))


async def test_an_article_in_a_language_without_a_stemmer_can_be_saved_and_found(house: House) -> None:
    await house.publish("uwazi", language="sw", title="Uwazi serikalini", lead="Watumishi hamsini waliulizwa.")

    assert await slugs(house, q="uwazi") == ["uwazi"]


async def test_related_articles_share_a_topic_a_country_or_at_least_a_region(house: House) -> None:
    await a_library(house)
    await house.publish("elsewhere", topics=["open-government"], regions=["africa"])

    answer = await house.client.get("/v1/articles/partnerships-sg/related", params={"limit": 3})
    none = await house.client.get("/v1/articles/nothing/related")
    lonely = await house.client.get("/v1/articles/elsewhere/related")

    assert [card["country"] for card in answer.json()["items"]] == ["NZ", "IN", "CA"]
    assert none.status_code == 404
    assert [card["country"] for card in lonely.json()["items"]] == ["KE"]
