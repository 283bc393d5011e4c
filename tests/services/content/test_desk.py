"""The desk: what is being worked on, by whom, and how far it has got."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.content.model.articles import State
from services.content.model.lists import Place
from services.content.store.pages import PageStore
from tests.services.content.conftest import NOON, House
from tests.support import assert_index_used


async def desk(house: House, by: str = "esther", **query: Any) -> dict[str, Any]:
    answer = await house.client.get("/v1/desk", params=query, headers=house.signed_in(by))
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def test_the_desk_shows_what_is_in_a_state_and_how_much_in_each(house: House) -> None:
    await house.draft("ferries", by="esther")
    await house.draft("harbours", by="tomasz")
    await house.move(await house.draft("quays"), "review")
    await house.publish("openness")

    drafts = await desk(house)
    review = await desk(house, state="review")

    assert [(item["slug"], item["mine"]) for item in drafts["items"]] == [("harbours", False), ("ferries", True)]
    assert [item["slug"] for item in review["items"]] == ["quays"]
    assert drafts["counts"] == {"draft": 2, "review": 1, "scheduled": 0, "published": 1, "archived": 0}


async def test_an_author_finds_their_own(house: House) -> None:
    await house.draft("ferries", by="esther")
    await house.draft("harbours", by="tomasz")

    own = await desk(house, "tomasz", mine=True)

    assert [item["slug"] for item in own["items"]] == ["harbours"]
    assert own["counts"]["draft"] == 1


async def test_what_has_been_approved_scheduled_or_changed_since_says_so(house: House) -> None:
    waiting = await house.move(await house.draft("ferries"), "review")
    approved = await house.approve(waiting, by="tomasz")
    when = (NOON + timedelta(days=1)).isoformat()
    await house.move(approved, "scheduled", at=when)
    published = await house.publish("openness", title="As it was")
    (as_published,) = (await desk(house, state="published"))["items"]
    await house.rewrite(published, title="As it will be")

    (scheduled,) = (await desk(house, state="scheduled"))["items"]
    (rewritten,) = (await desk(house, state="published"))["items"]

    assert (scheduled["approved"], scheduled["scheduled_for"]) == (True, "2026-03-03T12:00:00Z")
    assert (as_published["changed"], as_published["title"]) == (False, "As it was")
    assert (rewritten["changed"], rewritten["approved"], rewritten["title"]) == (True, False, "As it will be")
    assert rewritten["version"] == as_published["version"] + 1


async def test_pages_of_the_desk_follow_one_another(house: House) -> None:
    for number in range(5):
        house.clock.move(timedelta(minutes=1))
        await house.draft(f"draft-{number}")

    first = await house.client.get("/v1/desk?limit=3", headers=house.signed_in())
    second = await house.client.get(first.links["next"]["url"], headers=house.signed_in())

    found = [item["slug"] for page in (first, second) for item in page.json()["items"]]
    assert found == [f"draft-{number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(("member", "status"), [(None, 401), ("amina", 403)])
async def test_only_editors_see_the_desk(house: House, member: str | None, status: int) -> None:
    headers = house.signed_in(member) if member else {}

    assert (await house.client.get("/v1/desk", headers=headers)).status_code == status


@pytest.mark.parametrize("author", [None, "esther"])
@pytest.mark.parametrize("after", [None, Place(NOON, "an-id")])
async def test_the_desk_is_answered_from_an_index(house: House, author: str | None, after: Place | None) -> None:
    state: State = "draft"
    query = PageStore.desk_query(state, author, after)

    await assert_index_used(house.database["articles"].find(query).sort([("saved_at", -1), ("_id", -1)]).limit(21))
