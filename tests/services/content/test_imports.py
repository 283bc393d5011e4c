"""An archive moves in: with its dates, its addresses and its authors, once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared.events.content import ArticlePublished
from tests.services.content.conftest import NOON, House, an_article

JULY_2017 = "2017-07-14T06:00:00Z"


def from_the_archive(**fields: Any) -> dict[str, Any]:
    usual = {"external_id": "wp-1042", "slug": "what-openness-means", "published_at": JULY_2017}
    return an_article(**{**usual, "byline": {"name": "Lena Ostrowska"}, **fields})


async def test_an_article_keeps_its_date_its_address_and_its_author(house: House) -> None:
    answer = await house.client.post("/v1/imports/articles", json=from_the_archive(), headers=house.signed_in())

    assert answer.status_code == 201
    assert answer.headers["Location"] == "/v1/articles/what-openness-means"
    page = (await house.read("what-openness-means")).json()
    assert (page["published_at"], page["updated_at"]) == (JULY_2017, JULY_2017)
    assert page["byline"]["name"] == "Lena Ostrowska"
    (said,) = await house.told("articles")
    assert isinstance(said, ArticlePublished)
    assert said.published_at.isoformat() == "2017-07-14T06:00:00+00:00"


async def test_the_same_article_again_is_the_one_there_is(house: House) -> None:
    body = from_the_archive()

    answers = await asyncio.gather(
        *(house.client.post("/v1/imports/articles", json=body, headers=house.signed_in()) for _ in range(5))
    )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await house.database["revisions"].count_documents({}) == 1
    assert len(await house.told("articles")) == 1


async def test_importing_again_undoes_nothing_that_editors_did_since(house: House) -> None:
    first = await house.client.post("/v1/imports/articles", json=from_the_archive(), headers=house.signed_in())
    imported = first.json() | {"etag": first.headers["ETag"]}
    await house.rewrite(imported, title="What openness meant in 2017")

    again = await house.client.post("/v1/imports/articles", json=from_the_archive(), headers=house.signed_in())

    assert again.status_code == 201
    assert again.json()["content"]["title"] == "What openness meant in 2017"


async def test_an_imported_article_is_changed_like_any_other(house: House) -> None:
    first = await house.client.post("/v1/imports/articles", json=from_the_archive(), headers=house.signed_in())
    rewritten = await house.rewrite(first.json() | {"etag": first.headers["ETag"]}, by="tomasz", title="Corrected")
    article = rewritten.json() | {"etag": rewritten.headers["ETag"]}

    own = await house.try_to_approve(article, by="tomasz")
    importer = await house.try_to_approve(article, by="esther")
    approved = await house.client.post(
        f"/v1/articles/{article['id']}/approvals",
        headers=house.signed_in("noor", roles=["editor"]) | {"If-Match": article["etag"]},
    )
    published = await house.move(approved.json() | {"etag": approved.headers["ETag"]}, "published")

    assert own.status_code == importer.status_code == 403
    assert published["published_at"] == JULY_2017
    page = (await house.read("what-openness-means")).json()
    assert (page["title"], page["published_at"]) == ("Corrected", JULY_2017)


@pytest.mark.parametrize(
    ("fields", "status", "slug"),
    [
        ({"published_at": (NOON + timedelta(days=1)).isoformat()}, 422, "time-not-possible"),
        ({"published_at": "2017-07-14"}, 422, "validation-failed"),
        ({"slug": "What Openness Means"}, 422, "validation-failed"),
        ({"slug": "taken"}, 409, "slug-taken"),
        ({"kind": "case_study"}, 422, "kind-field-missing"),
        ({"body": "![](https://a.example/b.jpg)"}, 422, "markdown-refused"),
        ({"topics": ["alchemy"]}, 422, "reference-unknown"),
        ({"external_id": ""}, 422, "validation-failed"),
        ({"external_id": {"$gt": ""}}, 422, "validation-failed"),
        ({"title": "Turned \u202e round"}, 422, "validation-failed"),
        ({"title": "Hollow\u200b"}, 422, "validation-failed"),
        ({"body": "NUL \u0000"}, 422, "validation-failed"),
        ({"author": "Lena Ostrowska"}, 422, "validation-failed"),
        ({"state": "published"}, 422, "validation-failed"),
        ({"topics": ["digital", "digital"]}, 422, "validation-failed"),
    ],
)
async def test_what_cannot_be_taken_over_is_refused_and_nothing_kept(
    house: House, fields: dict[str, Any], status: int, slug: str
) -> None:
    await house.draft("taken")

    answer = await house.client.post("/v1/imports/articles", json=from_the_archive(**fields), headers=house.signed_in())

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, slug)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert await house.database["articles"].count_documents({}) == 1
