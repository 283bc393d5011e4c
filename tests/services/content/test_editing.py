"""From the first draft to the archive, by way of a second pair of eyes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.events.content import ArticleArchived, ArticlePublished
from tests.doors import a_key
from tests.services.content.conftest import CANARY, NOON, House, an_article
from tests.support import assert_index_used


async def test_an_article_is_written_approved_by_another_and_published(house: House) -> None:
    draft = await house.draft("openness")
    in_review = await house.move(draft, "review")
    approved = await house.approve(in_review, by="tomasz")

    published = await house.move(approved, "published")

    assert published["state"] == "published"
    (said,) = await house.told("articles")
    assert said == ArticlePublished(
        article_id=draft["id"],
        slug="openness",
        kind="article",
        title="What openness means to those who are asked",
        topics=("open-government",),
        regions=("asia-pacific",),
        reading_minutes=1,
        published_at=NOON,
        revision=1,
    )


async def test_nobody_approves_what_they_wrote(house: House) -> None:
    draft = await house.draft("openness", by="esther")
    rewritten = await house.rewrite(draft, by="tomasz", title="What openness means")
    in_review = await house.move(rewritten.json() | {"etag": rewritten.headers["ETag"]}, "review")

    by_author = await house.try_to_approve(in_review, by="esther")
    by_second_writer = await house.try_to_approve(in_review, by="tomasz")

    assert by_author.status_code == by_second_writer.status_code == 403
    assert by_author.json()["type"].endswith("/own-item")


async def test_a_later_edit_voids_the_approval(house: House) -> None:
    in_review = await house.move(await house.draft("openness"), "review")
    approved = await house.approve(in_review, by="tomasz")
    rewritten = await house.rewrite(approved, title="What openness really means")

    refused = await house.try_to_move(rewritten.json() | {"etag": rewritten.headers["ETag"]}, "published")

    assert rewritten.json()["approval"] is None
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("/approval-missing")
    assert await house.told("articles") == []


async def test_a_change_to_a_published_article_waits_for_approval_while_readers_see_the_old_one(house: House) -> None:
    published = await house.publish("openness")
    headers = house.meter.grant(published["id"], "openness")
    rewritten = await house.rewrite(published, by="esther", title="Openness, corrected")
    rewritten_article = rewritten.json() | {"etag": rewritten.headers["ETag"]}
    before = (await house.read("openness", headers)).json()

    approved = await house.approve(rewritten_article, by="tomasz")
    await house.move(approved, "published")

    after = (await house.read("openness", headers)).json()
    assert before["title"] == "What openness means to those who are asked"
    assert after["title"] == "Openness, corrected"
    revisions = [said.revision for said in await house.told("articles") if isinstance(said, ArticlePublished)]
    assert revisions == [1, 2]


async def test_an_archived_article_is_gone_and_told_of(house: House) -> None:
    published = await house.publish("openness")

    await house.move(published, "archived")

    answer = await house.read("openness", house.meter.grant(published["id"], "openness"))
    assert answer.status_code == 410
    assert answer.json()["type"].endswith("/article-archived")
    assert CANARY not in answer.text
    assert (await house.told("articles"))[-1] == ArticleArchived(
        article_id=published["id"], archived_at=NOON, revision=2
    )


@pytest.mark.parametrize("to", ["draft", "scheduled", "published", "archived"])
async def test_an_illegal_move_is_refused_and_changes_nothing(house: House, to: str) -> None:
    draft = await house.draft("openness")

    answer = await house.try_to_move(draft, to, at="2026-04-01T00:00:00Z")

    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/illegal-move")
    assert answer.json()["allowed"] == ["review"]
    stored = await house.deps.articles.items.load(draft["id"])
    assert (stored.state, stored.version) == ("draft", 0)


async def test_a_change_says_which_version_it_is_of(house: House) -> None:
    draft = await house.draft("openness")
    content = {name: value for name, value in an_article().items() if name != "slug"}
    address = f"/v1/articles/{draft['id']}/working"
    await house.rewrite(draft, title="First come")

    missing = await house.client.put(address, json=content, headers=house.signed_in())
    stale = await house.rewrite(draft, title="Second come")

    assert (missing.status_code, missing.json()["type"].rpartition("/")[2]) == (428, "precondition-required")
    assert (stale.status_code, stale.json()["type"].rpartition("/")[2]) == (412, "stale-write")
    assert (await house.deps.articles.items.load(draft["id"])).content.title == "First come"


async def test_of_two_editors_who_save_at_once_one_is_told_to_look_again(house: House) -> None:
    draft = await house.draft("openness")

    answers = await asyncio.gather(*(house.rewrite(draft, title=f"Version of desk {desk}") for desk in range(5)))

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412, 412]
    (winner,) = [answer.json() for answer in answers if answer.status_code == 200]
    kept = await house.client.get(f"/v1/articles/{draft['id']}/revisions", headers=house.signed_in())
    assert [row["revision"] for row in kept.json()["items"]] == [2, 1]
    assert (await house.deps.articles.revision(draft["id"], 2)).title == winner["content"]["title"]


async def test_every_revision_is_kept(house: House) -> None:
    draft = await house.draft("openness", title="The first title")
    await house.rewrite(draft, by="tomasz", title="The second title")

    kept = await house.client.get(f"/v1/articles/{draft['id']}/revisions", headers=house.signed_in())
    first = await house.client.get(f"/v1/articles/{draft['id']}/revisions/1", headers=house.signed_in())
    none = await house.client.get(f"/v1/articles/{draft['id']}/revisions/3", headers=house.signed_in())

    assert [(row["revision"], row["saved_by"]) for row in kept.json()["items"]] == [(2, "tomasz"), (1, "esther")]
    assert first.json()["title"] == "The first title"
    assert none.status_code == 404


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"kind": "case_study", "sector": "Transport", "organisation": "Trafikverket"}, ["#/country"]),
        ({"kind": "case_study"}, ["#/country", "#/sector", "#/organisation"]),
        ({"kind": "survey_report"}, ["#/survey_id"]),
        ({"kind": "webinar_notice"}, ["#/webinar_id"]),
    ],
)
async def test_a_kind_without_its_own_fields_is_refused(
    house: House, fields: dict[str, Any], missing: list[str]
) -> None:
    answer = await house.client.post("/v1/articles", json=an_article(**fields), headers=house.signed_in())

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/kind-field-missing")
    assert [error["pointer"] for error in answer.json()["errors"]] == missing
    assert await house.database["articles"].count_documents({}) == 0


async def test_a_case_study_is_filed_under_its_countrys_region(house: House) -> None:
    fields = {"kind": "case_study", "country": "SE", "sector": "Transport", "organisation": "Trafikverket"}

    draft = await house.draft("ferries", **fields, regions=[])

    assert draft["content"]["regions"] == ["europe"]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"topics": ["alchemy"]}, "#/topics"),
        ({"regions": ["atlantis"]}, "#/regions"),
        ({"country": "ZZ"}, "#/country"),
        ({"series": "lost-series"}, "#/series"),
        ({"kind": "survey_report", "survey_id": "no-such-survey"}, "#/survey_id"),
        ({"body": "::webinar[no-such-webinar]"}, "#/body"),
    ],
)
async def test_what_an_article_refers_to_must_be_there(house: House, fields: dict[str, Any], pointer: str) -> None:
    answer = await house.client.post("/v1/articles", json=an_article(**fields), headers=house.signed_in())

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/reference-unknown")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_an_article_refers_to_surveys_and_webinars_by_slug_or_by_id(house: House) -> None:
    await house.database["surveys"].insert_one({"_id": "survey-7", "slug": "openness-2017"})
    await house.database["webinars"].insert_one({"_id": "webinar-9", "slug": "asia-pacific"})
    body = "::survey[openness-2017]\n\n::survey[survey-7]\n\n::webinar[asia-pacific]\n\n::webinar[webinar-9]"

    draft = await house.draft("openness", kind="survey_report", survey_id="survey-7", body=body)

    preview = await house.client.get(f"/v1/articles/{draft['id']}/preview", headers=house.signed_in())
    assert [embed["id"] for embed in preview.json()["embeds"]] == [
        "openness-2017",
        "survey-7",
        "asia-pacific",
        "webinar-9",
    ]
    for collection in ("surveys", "webinars"):
        names = {"$or": [{"_id": {"$in": ["a", "b"]}}, {"slug": {"$in": ["a", "b"]}}]}
        await assert_index_used(house.database[collection].find(names))


async def test_a_body_beyond_half_a_megabyte_is_refused(house: House) -> None:
    long = an_article(body="word " * 104_858)
    longer_than_any_request = an_article(body="word " * 300_000)

    answers = [
        await house.client.post("/v1/articles", json=article, headers=house.signed_in())
        for article in (long, longer_than_any_request)
    ]

    assert [answer.status_code for answer in answers] == [413, 413]
    assert [answer.json()["type"].rpartition("/")[2] for answer in answers] == ["article-too-long", "body-too-large"]
    assert await house.database["articles"].count_documents({}) == 0


async def test_half_a_megabyte_is_taken(house: House) -> None:
    answer = await house.client.post("/v1/articles", json=an_article(body="word " * 104_857), headers=house.signed_in())

    assert answer.status_code == 201, answer.text


async def test_only_editors_write_and_look_at_drafts(house: House) -> None:
    draft = await house.draft("openness")
    requests = [
        ("POST", "/v1/articles", an_article(slug="another")),
        ("POST", "/v1/imports/articles", an_article(slug="old", external_id="1", published_at="2017-07-14T00:00:00Z")),
        ("GET", f"/v1/articles/{draft['id']}/working", None),
        ("GET", f"/v1/articles/{draft['id']}/preview", None),
        ("GET", f"/v1/articles/{draft['id']}/revisions", None),
        ("GET", f"/v1/articles/{draft['id']}/revisions/1", None),
        ("GET", "/v1/articles?state=draft", None),
        ("PUT", "/v1/topics/weather", {"name": "Weather"}),
        ("PUT", "/v1/series/talks", {"title": "Talks"}),
        ("PUT", "/v1/board/somebody", {"name": "N", "title": "T", "organisation": "O"}),
    ]

    for method, address, body in requests:
        anonymous = await house.client.request(method, address, json=body)
        member = await house.client.request(method, address, json=body, headers=house.signed_in("wiremu"))

        assert (anonymous.status_code, member.status_code) == (401, 403), address
        assert CANARY not in anonymous.text + member.text


async def test_a_draft_is_not_to_be_found_by_readers(house: House) -> None:
    draft = await house.draft("openness")

    by_slug = await house.read("openness", house.meter.grant(draft["id"], "openness"))
    listed = await house.client.get("/v1/articles")
    searched = await house.client.get("/v1/articles", params={"q": "openness"})
    on_the_desk = await house.client.get("/v1/articles?state=draft", headers=house.signed_in())

    assert by_slug.status_code == 404
    assert listed.json()["items"] == searched.json()["items"] == []
    assert [card["slug"] for card in on_the_desk.json()["items"]] == ["openness"]


async def test_an_editor_previews_what_would_be_published(house: House) -> None:
    draft = await house.draft("openness", body="## Why\n\nIt is *plain*.")

    preview = await house.client.get(f"/v1/articles/{draft['id']}/preview", headers=house.signed_in("tomasz"))

    assert preview.json()["html"] == '<h2 id="s-why">Why</h2>\n<p>It is <em>plain</em>.</p>\n'
    assert preview.json()["reading"]["words"] == 4


async def test_a_retry_with_the_same_key_begins_one_article(house: House) -> None:
    headers = house.signed_in() | a_key()

    answers = [
        await house.client.post("/v1/articles", json=an_article(slug="openness"), headers=headers) for _ in range(3)
    ]

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await house.database["revisions"].count_documents({}) == 1
