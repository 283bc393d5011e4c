"""An address once given leads to the same article for ever."""

from __future__ import annotations

from shared.events.content import ArticlePublished
from tests.services.content.conftest import House, an_article


async def test_a_former_slug_leads_to_the_present_one(house: House) -> None:
    article = await house.publish("openness")

    renamed = await house.client.put(
        f"/v1/articles/{article['id']}/slug",
        json={"slug": "what-openness-means"},
        headers=house.signed_in() | {"If-Match": article["etag"]},
    )

    assert renamed.status_code == 200
    former = await house.read("openness", house.meter.grant(article["id"], "openness"))
    assert (former.status_code, former.headers["Location"]) == (301, "/v1/articles/what-openness-means")
    assert former.content == b""
    said = (await house.told("articles"))[-1]
    assert isinstance(said, ArticlePublished)
    assert (said.slug, said.revision) == ("what-openness-means", 2)


async def test_a_former_slug_is_never_given_to_another_article(house: House) -> None:
    article = await house.publish("openness")
    renamed = await house.client.put(
        f"/v1/articles/{article['id']}/slug",
        json={"slug": "what-openness-means"},
        headers=house.signed_in() | {"If-Match": article["etag"]},
    )
    other = await house.draft("ferries")

    begun = await house.client.post("/v1/articles", json=an_article(slug="openness"), headers=house.signed_in())
    taken = await house.client.put(
        f"/v1/articles/{other['id']}/slug",
        json={"slug": "openness"},
        headers=house.signed_in() | {"If-Match": other["etag"]},
    )

    assert renamed.status_code == 200
    assert begun.status_code == taken.status_code == 409
    assert begun.json()["type"] == taken.json()["type"]
    assert begun.json()["type"].endswith("/slug-taken")


async def test_an_article_may_take_its_own_former_slug_again(house: House) -> None:
    article = await house.publish("openness")
    for slug in ("what-openness-means", "openness"):
        answer = await house.client.put(
            f"/v1/articles/{article['id']}/slug",
            json={"slug": slug},
            headers=house.signed_in() | {"If-Match": article["etag"]},
        )
        article = answer.json() | {"etag": answer.headers["ETag"]}

    back = await house.read("openness")
    between = await house.read("what-openness-means")

    assert back.status_code == 200
    assert between.headers["Location"] == "/v1/articles/openness"


async def test_without_a_slug_the_title_gives_one_and_the_second_of_a_name_another(house: House) -> None:
    title = "Ænd så: openness in São Tomé!"

    slugs = []
    for _ in range(2):
        answer = await house.client.post("/v1/articles", json=an_article(title=title), headers=house.signed_in())
        slugs.append(answer.json()["slug"])

    assert slugs[0] == "nd-sa-openness-in-sao-tome"
    assert slugs[1].startswith("nd-sa-openness-in-sao-tome-")
    assert len(slugs[1]) > len(slugs[0])


async def test_a_title_that_latin_letters_cannot_write_still_gets_an_address(house: House) -> None:
    answer = await house.client.post("/v1/articles", json=an_article(title="公開"), headers=house.signed_in())

    assert answer.status_code == 201
    assert answer.json()["slug"] == answer.json()["id"]
