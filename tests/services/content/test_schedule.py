"""Publication by the clock: at its time, once, however many workers look and however long they were down."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from services.content.handlers.publishing import _publish_if_due, publish_due_articles
from services.content.timers import PublicationTimer
from shared.events.content import ArticlePublished
from tests.services.content.conftest import NOON, House
from tests.support import assert_index_used, eventually, running

IN_AN_HOUR = (NOON + timedelta(hours=1)).isoformat()


async def scheduled(house: House, slug: str = "openness", at: str = IN_AN_HOUR) -> dict[str, str]:
    """An approved article with a time of publication."""
    article = await house.move(await house.draft(slug), "review")
    return await house.move(await house.approve(article, by="tomasz"), "scheduled", at=at)


async def test_an_article_is_published_when_its_time_has_come(house: House) -> None:
    await scheduled(house)
    early = await publish_due_articles(house.deps)
    house.clock.move(timedelta(hours=1))

    due = await publish_due_articles(house.deps)

    assert (early, due) == (0, 1)
    (said,) = await house.told("articles")
    assert isinstance(said, ArticlePublished)
    assert said.published_at == NOON + timedelta(hours=1)
    assert (await house.read("openness")).status_code == 200


async def test_ten_workers_publish_it_once(house: House) -> None:
    for slug in ("openness", "ferries", "trust"):
        await scheduled(house, slug)
    house.clock.move(timedelta(hours=1))

    published = await asyncio.gather(*(publish_due_articles(house.deps) for _ in range(10)))

    assert sum(published) == 3
    assert [type(said) for said in await house.told("articles")] == [ArticlePublished] * 3


async def test_what_fell_due_while_all_were_down_is_published_by_who_comes_back(house: House) -> None:
    await scheduled(house)
    house.clock.move(timedelta(days=3))

    async with running(PublicationTimer(house.deps), PublicationTimer(house.deps)):
        await eventually(lambda: house.told("articles"))

    (said,) = await house.told("articles")
    assert isinstance(said, ArticlePublished)
    assert said.published_at == NOON + timedelta(days=3)


async def test_the_timer_stops_when_told(house: House) -> None:
    stop = asyncio.Event()
    timer = asyncio.create_task(PublicationTimer(house.deps).run(stop))

    stop.set()

    await asyncio.wait_for(timer, 2)


async def test_a_time_that_has_passed_is_refused(house: House) -> None:
    article = await house.approve(await house.move(await house.draft("openness"), "review"), by="tomasz")

    past = await house.try_to_move(article, "scheduled", at=(NOON - timedelta(minutes=1)).isoformat())
    now = await house.try_to_move(article, "scheduled", at=NOON.isoformat())
    never = await house.try_to_move(article, "scheduled")

    assert [answer.status_code for answer in (past, now, never)] == [422, 422, 422]
    assert past.json()["type"].endswith("/time-not-possible")
    assert (await house.deps.articles.items.load(article["id"])).state == "review"


async def test_an_edit_takes_an_article_off_the_schedule(house: House) -> None:
    article = await scheduled(house)
    await house.rewrite(article, title="Openness, corrected")
    house.clock.move(timedelta(hours=2))

    published = await publish_due_articles(house.deps)

    assert published == 0
    stored = await house.deps.articles.items.load(article["id"])
    assert (stored.state, stored.scheduled_for) == ("review", None)


async def test_an_article_taken_back_keeps_its_approval_and_may_be_scheduled_again(house: House) -> None:
    article = await house.move(await scheduled(house), "review")

    again = await house.move(article, "scheduled", at=(NOON + timedelta(hours=2)).isoformat())

    assert again["scheduled_for"] == "2026-03-02T14:00:00Z"


async def test_one_whose_time_was_moved_in_the_last_moment_waits_for_the_new_time(house: House) -> None:
    article = await house.move(await scheduled(house), "review")
    await house.move(article, "scheduled", at=(NOON + timedelta(hours=5)).isoformat())
    house.clock.move(timedelta(hours=1))

    published = await _publish_if_due(house.deps, article["id"])

    assert published is False
    assert await house.told("articles") == []


async def test_one_that_cannot_be_published_holds_up_no_other(house: House) -> None:
    broken = await scheduled(house, "openness")
    await scheduled(house, "ferries", at=(NOON + timedelta(hours=1, seconds=1)).isoformat())
    await house.database["articles"].update_one({"_id": broken["id"]}, {"$set": {"content.body": "::video[1]"}})
    house.clock.move(timedelta(hours=2))

    published = await publish_due_articles(house.deps)

    assert published == 1
    (said,) = await house.told("articles")
    assert isinstance(said, ArticlePublished)
    assert said.slug == "ferries"


async def test_what_is_due_is_found_by_index(house: House) -> None:
    cursor = house.database["articles"].find({"state": "scheduled", "scheduled_for": {"$lte": NOON}}, {"_id": 1})

    await assert_index_used(cursor.sort("scheduled_for", 1).limit(50))
