"""Pages ready to be sent: made once per edition, and never more of them than there is room for."""

from __future__ import annotations

import asyncio

from services.content.model.articles import Live, Prose
from services.content.model.content import Byline, Content
from services.content.model.published import Published, Signpost
from services.content.model.reading import Reading
from services.content.store.page_cache import PageCache
from tests.services.content.conftest import NOON


class Shelf:
    """Stands in for the database: has every article, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.edition = 1

    async def published(self, article_id: str) -> Published | None:
        self.asked += 1
        await asyncio.sleep(0)
        return None if article_id == "withdrawn" else published(article_id, self.edition)


def published(article_id: str, edition: int) -> Published:
    content = Content(kind="article", title=article_id, lead="Lead", body="Body", byline=Byline(name="Esther"))
    prose = Prose(html="<p>Body</p>", reading=Reading(minutes=1, words=1, characters=0))
    live = Live(revision=1, content=content, prose=prose, updated_at=NOON)
    return Published(id=article_id, slug=article_id, slugs=(article_id,), edition=edition, published_at=NOON, live=live)


def half_a_megabyte(article: Published) -> tuple[bytes, bytes]:
    return article.id.encode().ljust(400_000), b"teaser".ljust(100_000)


def signpost(article_id: str, edition: int = 1) -> Signpost:
    return Signpost(article_id, article_id, "published", edition, 0)


def a_cache(shelf: Shelf, megabytes: int = 2) -> PageCache:
    return PageCache(shelf, half_a_megabyte, megabytes=megabytes)  # type: ignore[arg-type]


async def test_an_edition_is_made_once() -> None:
    shelf = Shelf()
    cache = a_cache(shelf)

    first = await cache.page(signpost("openness"))
    again = await cache.page(signpost("openness"))

    assert first is again
    assert shelf.asked == 1


async def test_a_hundred_readers_of_a_new_edition_make_it_once() -> None:
    shelf = Shelf()
    cache = a_cache(shelf)

    pages = await asyncio.gather(*(cache.page(signpost("openness")) for _ in range(100)))

    assert {id(page) for page in pages} == {id(pages[0])}
    assert shelf.asked == 1


async def test_a_new_edition_takes_the_place_of_the_old() -> None:
    shelf = Shelf()
    cache = a_cache(shelf)
    await cache.page(signpost("openness"))
    shelf.edition = 2

    page = await cache.page(signpost("openness", edition=2))

    assert page is not None
    assert page.edition == 2


async def test_what_was_asked_for_longest_ago_makes_room() -> None:
    shelf = Shelf()
    cache = a_cache(shelf)
    for name in ("a", "b", "c", "d"):
        await cache.page(signpost(name))
    await cache.page(signpost("a"))

    await cache.page(signpost("e"))
    asked_before = shelf.asked
    await cache.page(signpost("a"))
    kept = shelf.asked == asked_before
    await cache.page(signpost("b"))

    assert kept
    assert shelf.asked == asked_before + 1


async def test_a_page_larger_than_the_cache_is_still_served() -> None:
    cache = PageCache(Shelf(), lambda _: (b"x" * 3_000_000, b""), megabytes=1)  # type: ignore[arg-type]

    first, second = await cache.page(signpost("a")), await cache.page(signpost("b"))

    assert first is not None
    assert second is not None


async def test_a_withdrawn_article_is_not_remembered_as_missing() -> None:
    shelf = Shelf()
    cache = a_cache(shelf)

    assert await cache.page(signpost("withdrawn")) is None
    assert await cache.page(signpost("withdrawn")) is None
    assert shelf.asked == 2
