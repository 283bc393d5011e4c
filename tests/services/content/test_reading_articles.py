"""A reader opens an article: what metering granted, in full; anything else, the teaser and the wall."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.content.schemas.pages import ArticlePage
from shared.events.content import ArticleViewed
from shared.ids import new_id
from shared.tokens import TokenSigner
from tests.doors import GATEWAY_KEY
from tests.services.content.conftest import CANARY, NOON, House, Meter
from tests.support import assert_index_used

METER_WAS_DOWN = {"x-envoy-auth-failure-mode-allowed": "true", "x-plenary-gateway-key": GATEWAY_KEY}
FIRST_OF_THREE: dict[str, Any] = {
    "used": 1,
    "limit": 3,
    "remaining": 2,
    "resets_at": "2026-04-01T00:00:00Z",
    "reason": "counted",
}
USED_UP: dict[str, Any] = {
    "used": 3,
    "limit": 3,
    "remaining": 0,
    "resets_at": "2026-04-01T00:00:00Z",
    "reason": "allowance-used",
}


async def test_a_grant_opens_the_whole_article_and_the_view_is_told(house: House) -> None:
    article = await house.publish("openness")

    answer = await house.read("openness", house.meter.grant(article["id"], "openness", **FIRST_OF_THREE))

    page = ArticlePage.model_validate_json(answer.content)
    assert page.teaser is False
    assert page.body is not None
    assert CANARY in page.body.html
    assert answer.json()["access"] == {
        "state": "metered",
        **FIRST_OF_THREE,
        "actions": [
            {
                "name": "join",
                "title": "Sign up free if you are in government",
                "method": "POST",
                "href": "/v1/signups",
            },
            {"name": "log-in", "title": "Log in", "method": "POST", "href": "/v1/sessions"},
        ],
    }
    (view,) = await house.told("facts")
    assert view == ArticleViewed(
        view_id=view.view_id,  # type: ignore[attr-defined]
        reader_id="reader-from-wellington",
        article_id=article["id"],
        access="metered",
        topics=("open-government",),
        regions=("asia-pacific",),
        viewed_at=NOON,
    )


async def test_a_request_that_the_gateway_repeats_is_one_view(house: House) -> None:
    article = await house.publish("openness")
    grant = house.meter.grant(article["id"], "openness", **FIRST_OF_THREE)
    asked, asked_again = {"x-request-id": new_id()}, {"x-request-id": new_id()}

    answers = [await house.read("openness", grant | asked) for _ in range(3)]
    await house.read("openness", grant | asked_again)

    assert [answer.json()["teaser"] for answer in answers] == [False] * 3
    views = [view for view in await house.told("facts") if isinstance(view, ArticleViewed)]
    assert len(views) == 2
    assert len({view.view_id for view in views}) == 2


async def test_at_the_wall_there_is_the_teaser_with_a_way_in_and_no_view(house: House) -> None:
    article = await house.publish("openness")

    answer = await house.read("openness", house.meter.grant(article["id"], "openness", "walled", **USED_UP))

    page = ArticlePage.model_validate_json(answer.content)
    assert answer.status_code == 200
    assert (page.teaser, page.body) == (True, None)
    assert page.lead == "Fifty public servants answered with one word each."
    assert [heading.text for heading in page.headings] == ["The question", "The answers"]
    assert page.access.actions[0].title == "Sign up free if you are in government"
    assert CANARY not in answer.text
    assert await house.told("facts") == []


@pytest.mark.parametrize("state", ["unlimited", "exempt"])
async def test_who_reads_without_limit_is_not_asked_to_join(house: House, state: str) -> None:
    article = await house.publish("openness")

    answer = await house.read("openness", house.meter.grant(article["id"], "openness", state, reader="member:amina"))

    assert answer.json()["access"]["actions"] == []
    assert answer.json()["teaser"] is False
    (view,) = await house.told("facts")
    assert isinstance(view, ArticleViewed)
    assert (view.access, view.reader_id) == (state, "member:amina")


async def test_a_grant_for_another_article_opens_nothing(house: House) -> None:
    await house.publish("openness")
    ferries = await house.publish("ferries")
    borrowed = house.meter.grant(ferries["id"], "openness")
    unknown = house.meter.grant(None, "ferries", "unknown-article")
    nothing_named = house.meter.grant(None, "openness", "unlimited")

    answers = [await house.read("openness", headers) for headers in (borrowed, unknown, nothing_named)]

    assert [answer.json()["teaser"] for answer in answers] == [True, True, True]
    assert all(CANARY not in answer.text for answer in answers)
    assert await house.told("facts") == []


async def test_an_article_that_metering_has_not_heard_of_is_read_and_counted_afterwards(house: House) -> None:
    await house.publish("openness")

    answer = await house.read("openness", house.meter.grant(None, "openness", "unknown-article"))

    assert answer.json()["teaser"] is False
    (view,) = await house.told("facts")
    assert isinstance(view, ArticleViewed)
    assert (view.access, view.reader_id) == ("unmetered", "reader-from-wellington")


async def test_while_metering_is_down_readers_read(house: House) -> None:
    await house.publish("openness")
    cookie = {"Cookie": f"plenary_reader={a_reader_cookie(house.meter, 'reader-from-nairobi')}"}

    anonymous = await house.read("openness", METER_WAS_DOWN)
    known = await house.read("openness", METER_WAS_DOWN | cookie)
    member = await house.read("openness", METER_WAS_DOWN | house.signed_in("amina"))

    assert [a.json()["access"]["state"] for a in (anonymous, known, member)] == ["unmetered"] * 3
    assert all(CANARY in answer.text for answer in (anonymous, known, member))
    views = [view for view in await house.told("facts") if isinstance(view, ArticleViewed)]
    assert [view.access for view in views] == ["unmetered"] * 3
    assert {view.reader_id for view in views} > {"reader-from-nairobi", "member:amina"}


async def test_a_forged_cookie_is_a_new_reader(house: House) -> None:
    await house.publish("openness")
    forger = Meter(house.clock, signer=TokenSigner.generate())
    cookie = {"Cookie": f"plenary_reader={a_reader_cookie(forger, 'reader-from-nairobi')}"}

    answer = await house.read("openness", METER_WAS_DOWN | cookie)

    assert answer.status_code == 200
    (view,) = await house.told("facts")
    assert isinstance(view, ArticleViewed)
    assert view.reader_id != "reader-from-nairobi"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-envoy-auth-failure-mode-allowed": "true"},
        {"x-envoy-auth-failure-mode-allowed": "true", "x-plenary-gateway-key": "a guess"},
        {"x-envoy-auth-failure-mode-allowed": "true", "x-plenary-gateway-key": "schlüssel"},
        {"x-plenary-gateway-key": GATEWAY_KEY},
        {"x-plenary-access": "unlimited"},
        {"x-plenary-access": "eyJhbGciOiJub25lIn0.eyJzdGF0ZSI6InVubGltaXRlZCJ9."},
        {"x-plenary-access": "unlimited", **METER_WAS_DOWN},
    ],
)
async def test_nothing_but_a_signed_grant_or_the_gateways_word_opens_an_article(
    house: House, headers: dict[str, str]
) -> None:
    await house.publish("openness")

    answer = await house.client.get(
        "/v1/articles/openness", headers={name.encode(): value.encode() for name, value in headers.items()}
    )

    assert answer.status_code == 200
    assert answer.json()["teaser"] is True
    assert CANARY not in answer.text
    assert await house.told("facts") == []


@pytest.mark.parametrize(
    "claims",
    [
        {"purpose": "another"},
        {"iat": int(NOON.timestamp()) + 60},
        {"exp": int(NOON.timestamp()) - 1},
        {"state": "wide-open"},
        {"state": 7},
        {"reader": None},
    ],
)
async def test_a_grant_that_is_not_quite_right_opens_nothing(house: House, claims: dict[str, Any]) -> None:
    article = await house.publish("openness")

    answer = await house.read("openness", house.meter.grant(article["id"], "openness", **claims))

    assert answer.json()["teaser"] is True
    assert CANARY not in answer.text


async def test_a_grant_by_another_key_opens_nothing(house: House) -> None:
    article = await house.publish("openness")
    forger = Meter(house.clock, "a key that somebody guessed")

    answer = await house.read("openness", forger.grant(article["id"], "openness"))

    assert answer.json()["teaser"] is True


async def test_an_exempt_article_needs_no_grant(house: House) -> None:
    await house.publish("openness", exempt=True)

    answer = await house.read("openness")

    assert answer.json()["access"]["state"] == "exempt"
    assert CANARY in answer.text
    assert answer.json()["json_ld"]["isAccessibleForFree"] is True
    (view,) = await house.told("facts")
    assert isinstance(view, ArticleViewed)
    assert view.access == "exempt"


async def test_head_and_prefetching_count_as_no_reading(house: House) -> None:
    article = await house.publish("openness")
    grant = house.meter.grant(article["id"], "openness")

    head = await house.client.head("/v1/articles/openness", headers=grant)
    head_unmetered = await house.client.head("/v1/articles/openness", headers=METER_WAS_DOWN)
    prefetched = await house.read("openness", METER_WAS_DOWN | {"Sec-Purpose": "prefetch;prerender"})

    assert head.status_code == head_unmetered.status_code == 200
    assert head.content == head_unmetered.content == b""
    assert CANARY not in prefetched.text
    assert prefetched.json()["access"]["state"] == "peek"
    assert await house.told("facts") == []


async def test_who_has_this_very_answer_gets_a_304_and_no_view_is_told(house: House) -> None:
    article = await house.publish("openness")
    grant = house.meter.grant(article["id"], "openness", **FIRST_OF_THREE)
    first = await house.read("openness", grant)

    again = await house.read("openness", grant | {"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "private, no-cache"
    assert again.headers["Vary"] == first.headers["Vary"] == "Authorization, Cookie"
    assert len(await house.told("facts")) == 1


async def test_the_tag_of_a_whole_article_says_nothing_to_who_is_walled(house: House) -> None:
    article = await house.publish("openness")
    whole = await house.read("openness", house.meter.grant(article["id"], "openness", **FIRST_OF_THREE))
    walled = house.meter.grant(article["id"], "openness", "walled", **USED_UP)

    answer = await house.read("openness", walled | {"If-None-Match": whole.headers["ETag"]})
    any_version = await house.read("openness", walled | {"If-None-Match": "*"})
    part = await house.read("openness", walled | {"Range": "bytes=0-9999"})

    assert answer.status_code == 200
    assert answer.json()["teaser"] is True
    assert (any_version.status_code, any_version.content) == (304, b"")
    assert (part.status_code, part.json()["teaser"]) == (200, True)
    assert len(await house.told("facts")) == 1


async def test_the_tag_changes_with_the_count_of_comments_and_with_the_edition(house: House) -> None:
    article = await house.publish("openness")
    grant = house.meter.grant(article["id"], "openness", **FIRST_OF_THREE)
    tags = [(await house.read("openness", grant)).headers["ETag"]]

    await house.database["articles"].update_one({"_id": article["id"]}, {"$inc": {"comments": 1}})
    tags.append((await house.read("openness", grant)).headers["ETag"])
    rewritten = await house.rewrite(article, title="Openness, corrected")
    approved = await house.approve(rewritten.json() | {"etag": rewritten.headers["ETag"]}, by="tomasz")
    await house.move(approved, "published")
    tags.append((await house.read("openness", grant)).headers["ETag"])

    assert len(set(tags)) == 3


async def test_search_engines_are_told_what_is_behind_the_wall(house: House) -> None:
    await house.publish("openness")

    document = (await house.read("openness")).json()["json_ld"]

    assert document["@type"] == "Article"
    assert document["isAccessibleForFree"] is False
    assert document["hasPart"] == {
        "@type": "WebPageElement",
        "isAccessibleForFree": False,
        "cssSelector": ".article-body",
    }
    assert document["author"] == {
        "@type": "Person",
        "name": "Esther Wanjiru",
        "jobTitle": "Editor",
        "affiliation": {"@type": "Organization", "name": "Plenary"},
    }


@pytest.mark.parametrize("slug", ["Openness", "openness%20", "nothing-of-the-kind", "a" * 150, "%C3%B6ffnung", "..%2F"])
async def test_only_the_exact_address_leads_to_an_article(house: House, slug: str) -> None:
    article = await house.publish("openness")

    answer = await house.read(slug, house.meter.grant(article["id"], "openness", "unlimited"))

    assert answer.status_code == 404
    assert CANARY not in answer.text


async def test_a_bad_access_token_is_refused_and_not_taken_for_an_anonymous_reader(house: House) -> None:
    await house.publish("openness")

    answer = await house.read("openness", METER_WAS_DOWN | {"Authorization": "Bearer forged"})

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (401, "token-invalid")
    assert CANARY not in answer.text


async def test_no_other_answer_of_the_service_holds_an_articles_body(house: House) -> None:
    """Search, lists, relations, trends, topics: every GET there is, asked by somebody without a grant."""
    article = await house.publish("openness")
    await house.publish("ferries", body=f"Related. {CANARY}")
    values = {"{slug}": "openness", "{article_id}": article["id"], "{number}": "1", "{id}": article["id"]}
    document = house.client._transport.app.openapi()  # type: ignore[attr-defined]

    asked = 0
    for template, operations in document["paths"].items():
        if "get" not in operations:
            continue
        address = template
        for name, value in values.items():
            address = address.replace(name, value)
        for query in ({}, {"q": "seventh paragraph"}, {"article": article["id"]}, {"state": "published"}):
            answer = await house.client.get(address, params=query)
            asked += 1
            assert "seventh paragraph" not in answer.text, address

    assert asked >= 40


async def test_one_query_by_index_finds_the_way_to_an_article(house: House) -> None:
    await house.publish("openness")

    cursor = house.database["articles"].find({"slugs": {"$in": ["openness", "ferries"]}})

    await assert_index_used(cursor)


async def test_readers_who_come_at_once_are_each_led_to_their_own_article(house: House) -> None:
    for slug in ("openness", "ferries", "trust"):
        await house.publish(slug)
    asked = ["openness", "ferries", "nothing", "trust", "openness"] * 10

    answers = await asyncio.gather(*(house.read(slug) for slug in asked))

    assert [answer.json().get("slug") for answer in answers] == [None if slug == "nothing" else slug for slug in asked]


async def test_a_hundred_readers_at_once_are_all_told_of(house: House) -> None:
    article = await house.publish("openness")

    answers = await asyncio.gather(
        *(
            house.read("openness", house.meter.grant(article["id"], "openness", reader=f"reader-{number}"))
            for number in range(100)
        )
    )

    assert {answer.status_code for answer in answers} == {200}
    views = [view for view in await house.told("facts") if isinstance(view, ArticleViewed)]
    assert {view.reader_id for view in views} == {f"reader-{number}" for number in range(100)}
    assert len(views) == 100


def a_reader_cookie(meter: Meter, reader: str) -> str:
    now = int(meter.clock.now().timestamp())
    claims = {"iss": "plenary/metering", "aud": "content", "sub": reader, "iat": now, "exp": now + 86_400}
    return meter.signer.sign(claims | {"jti": new_id()}, type="reader+jwt")
