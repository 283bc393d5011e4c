"""Feeds and the sitemap: what those who follow are told, and that nothing behind the wall is among it (C12)."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree as ET

import httpx2
import pytest

from services.content.store.sitemap import SitemapStore
from tests.services.content.conftest import CANARY, NOON, House
from tests.support import assert_index_used, stages

ATOM = {"a": "http://www.w3.org/2005/Atom"}
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
AMPERSANDS = "Buses & <trams>: who pays?"


async def fetch(house: House, path: str, **headers: str) -> httpx2.Response:
    answer = await house.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    assert CANARY not in answer.text
    return answer


def parsed(answer: httpx2.Response) -> ET.Element:
    return ET.fromstring(answer.content)  # noqa: S314 - our own


async def a_week(house: House) -> list[dict[str, Any]]:
    """Three articles, a day apart."""
    articles = []
    for slug, about in (
        ("buses", {"title": AMPERSANDS, "topics": ["partnerships"]}),
        ("ferries", {"title": "Ferries", "topics": ["digital", "partnerships"], "language": "fr"}),
        ("quays", {"title": "Quays", "topics": ["digital"], "regions": ["africa"]}),
    ):
        house.clock.move(timedelta(days=1))
        articles.append(await house.publish(slug, **about))
    return articles


async def test_an_atom_feed_tells_of_the_newest_articles_with_their_leads(house: House) -> None:
    _, ferries, _ = await a_week(house)

    answer = await fetch(house, "/v1/feeds/all.atom")

    root = parsed(answer)
    site = house.deps.settings.public_url
    assert answer.headers["content-type"] == "application/atom+xml"
    assert [entry.findtext("a:title", None, ATOM) for entry in root.iterfind("a:entry", ATOM)] == [
        "Quays",
        "Ferries",
        AMPERSANDS,
    ]
    entry = root.findall("a:entry", ATOM)[1]
    assert entry.findtext("a:id", None, ATOM) == f"urn:uuid:{ferries['id']}"
    assert entry.findtext("a:summary", None, ATOM) == "Fifty public servants answered with one word each."
    assert entry.findtext("a:author/a:name", None, ATOM) == "Esther Wanjiru"
    assert entry.find("a:link", ATOM).attrib["href"] == f"{site}/articles/ferries"  # type: ignore[union-attr]
    assert entry.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == "fr"
    assert [each.attrib["term"] for each in entry.iterfind("a:category", ATOM)] == ["digital", "partnerships"]
    assert datetime.fromisoformat(root.findtext("a:updated", "", ATOM)) == NOON + timedelta(days=3)
    links = {link.attrib["rel"]: link.attrib["href"] for link in root.iterfind("a:link", ATOM)}
    assert links == {"self": f"{site}/feeds/all.atom", "alternate": f"{site}/"}


async def test_an_rss_feed_tells_the_same(house: House) -> None:
    _, _, quays = await a_week(house)

    answer = await fetch(house, "/v1/feeds/all.rss")

    root = parsed(answer)
    assert answer.headers["content-type"] == "application/rss+xml"
    assert root.attrib["version"] == "2.0"
    titles = [item.findtext("title") for item in root.iterfind("channel/item")]
    assert titles == ["Quays", "Ferries", AMPERSANDS]
    item = root.find("channel/item")
    assert item is not None
    assert item.findtext("guid") == f"urn:uuid:{quays['id']}"
    assert parsedate_to_datetime(item.findtext("pubDate", "")) == NOON + timedelta(days=3)
    assert item.findtext("{http://purl.org/dc/elements/1.1/}creator") == "Esther Wanjiru"
    assert item.findtext("description") == "Fifty public servants answered with one word each."


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("topics/digital", ["Quays", "Ferries"]),
        ("topics/open-government", []),
        ("regions/africa", ["Quays"]),
        ("regions/asia-pacific", ["Ferries", AMPERSANDS]),
        ("series/open", []),
    ],
)
async def test_a_feed_is_of_one_topic_region_or_series(house: House, place: str, expected: list[str]) -> None:
    await house.database["series"].insert_one({"_id": "open", "version": 0, "title": "Open", "question": "Why?"})
    await a_week(house)

    atom = parsed(await fetch(house, f"/v1/feeds/{place}.atom"))
    rss = parsed(await fetch(house, f"/v1/feeds/{place}.rss"))

    assert [entry.findtext("a:title", None, ATOM) for entry in atom.iterfind("a:entry", ATOM)] == expected
    assert [item.findtext("title") for item in rss.iterfind("channel/item")] == expected
    assert rss.findtext("channel/link") == f"{house.deps.settings.public_url}/{place}"


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("/v1/feeds/topics/submarines.atom", 404, "topic-not-found"),
        ("/v1/feeds/regions/atlantis.rss", 404, "region-not-found"),
        ("/v1/feeds/series/none.atom", 404, "series-not-found"),
        ("/v1/feeds/members/amina.atom", 422, "validation-failed"),
        ("/v1/feeds/all.json", 404, "not-found"),
    ],
)
async def test_a_feed_of_nothing_is_refused(house: House, path: str, status: int, slug: str) -> None:
    answer = await house.client.get(path)

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, slug)


@pytest.mark.parametrize("path", ["/v1/feeds/all.atom", "/v1/feeds/topics/digital.rss", "/v1/sitemap.xml"])
async def test_who_has_the_feed_already_is_told_so_until_something_changes(house: House, path: str) -> None:
    await a_week(house)
    first = await fetch(house, path)

    same = await house.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    await house.publish("more", topics=["digital"])
    changed = await house.client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (same.status_code, same.content) == (304, b"")
    assert changed.status_code == 200


async def test_feed_readers_may_ask_for_what_they_are_used_to(house: House) -> None:
    for accept in ("application/atom+xml, application/rss+xml;q=0.9, */*;q=0.1", "application/rss+xml", "*/*"):
        await fetch(house, "/v1/feeds/all.rss", accept=accept)


async def test_what_no_xml_may_hold_does_not_break_the_feed(house: House) -> None:
    article = await house.publish("odd")
    await house.database["articles"].update_one(
        {"_id": article["id"]}, {"$set": {"live.content.title": "Odd \x0b\ufffe title"}}
    )

    root = parsed(await fetch(house, "/v1/feeds/all.atom"))

    assert root.findtext("a:entry/a:title", None, ATOM) == "Odd  title"


async def test_a_feed_is_short_and_the_sitemap_is_whole(house: House) -> None:
    for number in range(32):
        house.clock.move(timedelta(minutes=1))
        await house.take_in(f"article-{number}", house.clock.now())

    feed = parsed(await fetch(house, "/v1/feeds/all.atom"))
    sitemap = parsed(await fetch(house, "/v1/sitemap.xml"))

    assert len(feed.findall("a:entry", ATOM)) == 30
    pages = [url.findtext("s:loc", "", SITEMAP) for url in sitemap.iterfind("s:url", SITEMAP)]
    assert len([page for page in pages if "/articles/" in page]) == 32


async def test_the_sitemap_names_every_page_that_says_something(house: House) -> None:
    await a_week(house)
    await house.draft("a-draft")
    await house.move(await house.publish("gone"), "archived")
    survey = {"question": "What does openness mean?", "slug": "openness"}
    await house.client.post("/v1/surveys", json=survey, headers=house.signed_in())
    time = {"wall_time": "2026-07-31T13:30", "zone": "Asia/Singapore"}
    webinar = {"title": "Asia", "slug": "asia-pacific", "time": time}
    await house.client.post("/v1/webinars", json=webinar, headers=house.signed_in())

    root = parsed(await fetch(house, "/v1/sitemap.xml"))

    site = house.deps.settings.public_url
    pages = {
        url.findtext("s:loc", "", SITEMAP).removeprefix(site): url.findtext("s:lastmod", None, SITEMAP)
        for url in root.iterfind("s:url", SITEMAP)
    }
    named = {
        "/",
        "/articles/quays",
        "/topics/digital",
        "/regions/africa",
        "/webinars/asia-pacific",
        "/surveys/openness",
    }
    assert named <= pages.keys()
    assert datetime.fromisoformat(pages["/articles/quays"] or "") == NOON + timedelta(days=3)
    assert not {"/articles/a-draft", "/articles/gone"} & pages.keys()


async def test_the_sitemap_reads_no_article(house: House) -> None:
    await house.publish("openness")
    cursor = house.database["articles"].find(*SitemapStore.articles_query()).sort("published_at", -1).hint("sitemap")

    await assert_index_used(cursor)
    explained = await cursor.clone().explain()

    assert "FETCH" not in stages(explained["queryPlanner"]["winningPlan"])
    assert explained["executionStats"]["totalDocsExamined"] == 0
