"""A page of a discussion is made once for all who are not signed in, and is never older than it may be."""

from __future__ import annotations

import asyncio

import pytest

from services.community.store.page_cache import MOST_PAGES, PageCache, ReadyPage
from tests.services.community.conftest import House

LONG = 60.0


class Bakery:
    """Makes pages, and counts how many."""

    def __init__(self) -> None:
        self.made = 0
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def page(self) -> ReadyPage:
        self.made += 1
        number = self.made
        await self.go_on.wait()
        return ReadyPage(f"page {number}".encode(), f'"{number}"', {})


@pytest.fixture
def bakery() -> Bakery:
    return Bakery()


async def test_a_hundred_readers_at_once_have_one_page_made(bakery: Bakery) -> None:
    cache = PageCache(LONG)

    pages = await asyncio.gather(*(cache.page("openness", ("oldest",), bakery.page) for _ in range(100)))

    assert {page.body for page in pages} == {b"page 1"}


async def test_a_page_that_has_become_too_old_is_made_anew(bakery: Bakery) -> None:
    cache = PageCache(0.05)
    await cache.page("openness", ("oldest",), bakery.page)

    await asyncio.sleep(0.06)  # What is waited for is time itself.
    page = await cache.page("openness", ("oldest",), bakery.page)

    assert page.body == b"page 2"


async def test_a_discussion_that_changes_while_its_page_is_made_is_not_kept_as_it_was(bakery: Bakery) -> None:
    cache = PageCache(LONG)
    bakery.go_on.clear()
    early = asyncio.create_task(cache.page("openness", ("oldest",), bakery.page))
    await asyncio.sleep(0)

    cache.forget("openness")
    bakery.go_on.set()
    await early
    late = await cache.page("openness", ("oldest",), bakery.page)

    assert late.body == b"page 2"


async def test_pages_are_told_apart_and_bounded(bakery: Bakery) -> None:
    cache = PageCache(LONG)

    for number in range(MOST_PAGES * 3):
        await cache.page("openness", (number,), bakery.page)

    assert bakery.made == MOST_PAGES * 3
    assert len(cache._discussions["openness"].kept) <= MOST_PAGES
    assert cache._bytes == sum(len(ready.body) for _, ready in cache._discussions["openness"].kept.values())


async def test_what_is_written_here_is_read_here_at_once(house: House) -> None:
    house.deps.pages._seconds = LONG
    first = await house.comment("amina", "Openness begins with plain words.")
    assert len(await house.thread()) == 1

    await house.comment("wiremu", "And with the time to answer.", parent=first["id"])
    two = await house.thread()
    moderator = house.signed_in("ingrid", roles=["moderator"])
    hidden = await house.client.post(
        f"/v1/comments/{first['id']}/hide", json={"reason": "Off topic."}, headers=moderator
    )
    after = await house.thread()

    assert len(two) == 2
    assert hidden.status_code == 200
    assert [comment["state"] for comment in after] == ["hidden", "visible"]


async def test_a_member_never_gets_a_page_that_was_kept(house: House) -> None:
    house.deps.pages._seconds = LONG
    await house.comment("amina", "Openness begins with plain words.")
    await house.thread()
    await house.database["comments"].update_many({}, {"$set": {"html": "<p>Changed by another replica.</p>"}})

    as_anybody = await house.thread()
    answer = await house.client.get("/v1/comments", params={"article": "openness"}, headers=house.signed_in("wiremu"))

    assert "plain words" in as_anybody[0]["html"]
    assert "another replica" in answer.json()["items"][0]["html"]


async def test_a_reader_who_has_the_page_is_told_so_in_a_line(house: House) -> None:
    await house.comment("amina", "Openness begins with plain words.")
    where = {"article": "openness"}
    first = await house.client.get("/v1/comments", params=where)

    again = await house.client.get("/v1/comments", params=where, headers={"If-None-Match": first.headers["etag"]})
    await house.comment("wiremu", "And with the time to answer.")
    changed = await house.client.get("/v1/comments", params=where, headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200
    assert len(changed.json()["items"]) == 2


async def test_pages_and_filters_of_a_list_are_kept_apart(house: House) -> None:
    house.deps.pages._seconds = LONG
    for words in ("One", "Two", "Three"):
        await house.comment("amina", f"{words} reasons to publish.")

    oldest = await house.thread(limit=2)
    newest = await house.thread(limit=2, order="newest")
    answer = await house.client.get("/v1/comments", params={"article": "openness", "limit": 2})
    rest = await house.thread(limit=2, cursor=answer.json()["next"])

    assert oldest[0]["html"] == "<p>One reasons to publish.</p>"
    assert newest[0]["html"] == "<p>Three reasons to publish.</p>"
    assert [comment["html"] for comment in rest] == ["<p>Three reasons to publish.</p>"]
    assert 'rel="next"' in answer.headers["link"]
