"""What nobody should send, and what it gets: a problem document, and nothing stored."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from services.content.app import service
from shared.http import TYPE_PREFIX
from tests.services.content.conftest import House, an_article

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("headers", "body", "status", "slug"),
    [
        (JSON, b"{", 400, "malformed-json"),
        (JSON, b"NaN", 400, "malformed-json"),
        (JSON, b'{"a":' * 30 + b"1" + b"}" * 30, 400, "json-too-deep"),
        ({"Content-Type": "text/markdown"}, b"# Openness", 415, "unsupported-media-type"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"title=a", 415, "unsupported-media-type"),
        (JSON, b"x" * 1_100_000, 413, "body-too-large"),
        (JSON, b"[]", 422, "validation-failed"),
    ],
)
async def test_what_is_no_article_at_all_is_refused(
    house: House, headers: dict[str, str], body: bytes, status: int, slug: str
) -> None:
    for address in ("/v1/articles", "/v1/imports/articles"):
        answer = await house.client.post(address, content=body, headers=house.signed_in() | headers)

        assert (answer.status_code, answer.json()["type"]) == (status, TYPE_PREFIX + slug)
    assert await house.database["articles"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"title": {"$ne": ""}}, "#/title"),
        ({"title": ["a"]}, "#/title"),
        ({"title": ""}, "#/title"),
        ({"title": "   "}, "#/title"),
        ({"title": "a" * 201}, "#/title"),
        ({"title": "NUL\u0000"}, "#/title"),
        ({"title": "two\nlines"}, "#/title"),
        ({"title": "a" + "\u0300" * 40}, "#/title"),
        ({"lead": "\u202eturned"}, "#/lead"),
        ({"lead": "a" * 1001}, "#/lead"),
        ({"byline": {"name": "Zero\u200bwidth"}}, "#/byline/name"),
        ({"byline": {"name": "A", "email": "a@b.example"}}, "#/byline/email"),
        ({"byline": "Esther"}, "#/byline"),
        ({"kind": "poem"}, "#/kind"),
        ({"country": "se"}, "#/country"),
        ({"language": "English"}, "#/language"),
        ({"exempt": "maybe"}, "#/exempt"),
        ({"topics": ["Open Government"]}, "#/topics/0"),
        ({"topics": [f"topic-{n}" for n in range(13)]}, "#/topics"),
        ({"survey_id": "../../members"}, "#/survey_id"),
        ({"slug": "../members"}, "#/slug"),
        ({"author_id": "somebody-else"}, "#/author_id"),
        ({"approval": {"revision": 1, "by": "me"}}, "#/approval"),
    ],
)
async def test_a_field_that_is_not_right_is_named(house: House, fields: dict[str, Any], pointer: str) -> None:
    answer = await house.client.post("/v1/articles", json=an_article(**fields), headers=house.signed_in())

    assert (answer.status_code, answer.json()["type"]) == (422, TYPE_PREFIX + "validation-failed")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await house.database["articles"].count_documents({}) == 0


@pytest.mark.parametrize("article_id", ["%00", "..%2F..%2Fmembers", "a" * 65, "{}", "%7B%22$ne%22:1%7D"])
async def test_an_id_that_is_none_finds_nothing(house: House, article_id: str) -> None:
    answer = await house.client.get(f"/v1/articles/{article_id}/working", headers=house.signed_in())

    assert answer.status_code in {400, 404, 422}
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_method_that_is_not_there_is_refused(house: House) -> None:
    deleted = await house.client.delete("/v1/articles/openness", headers=house.signed_in())
    patched = await house.client.patch("/v1/board", json={}, headers=house.signed_in())

    assert (deleted.status_code, patched.status_code) == (405, 405)


async def test_stored_script_comes_out_as_text_and_nowhere_as_markup(house: House) -> None:
    script = "<script>alert('openness')</script>"
    body = f"{script}\n\n[x](javascript:alert(1))\n\n<img src=x onerror=alert(1)>"
    article = await house.publish("openness", title=script, lead=script, body=body, byline={"name": script})

    page = await house.read("openness", house.meter.grant(article["id"], "openness"))

    html = page.json()["body"]["html"]
    assert "<script" not in html
    assert "<img" not in html
    assert "<a " not in html
    assert "&lt;script&gt;" in html
    assert page.json()["title"] == script, "plain text stays what it was: it is for the page to escape"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Content-Type"] == "application/json"


def test_the_openapi_document_describes_every_route_once() -> None:
    document = service.api(None).openapi()

    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))
    assert {"readArticle", "listArticles", "createArticle", "importArticle", "trendingArticles"} <= set(ids)
    assert orjson.dumps(document)
    page = document["paths"]["/v1/articles/{slug}"]["get"]["responses"]["200"]["content"]["application/json"]
    assert page["schema"]["$ref"].endswith("/ArticlePage")
