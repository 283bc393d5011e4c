"""Webinars in lists: what is to come, and what is over."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.content.store.webinars import Narrowed, WebinarStore, When
from tests.services.content.announcing import ASIA, announce, slug_of
from tests.services.content.conftest import NOON, House
from tests.support import assert_index_used


async def test_what_is_to_come_is_listed_next_first_and_what_is_over_last_first(house: House) -> None:
    for day in (3, 1, 2):
        await announce(house, f"august-{day}", time={**ASIA, "wall_time": f"2026-08-0{day}T13:30"})
    house.clock.set(datetime(2026, 8, 2, 6, tzinfo=UTC))  # While the second is under way.

    async def slugs(when: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        address = f"/v1/webinars?when={when}&limit=1"
        while address:
            page = (await house.client.get(address)).json()
            found += [(webinar["slug"], webinar["state"]) for webinar in page["items"]]
            address = page["next"] and f"/v1/webinars?when={when}&limit=1&cursor={page['next']}"
        return found

    assert await slugs("upcoming") == [("august-2", "live"), ("august-3", "scheduled")]
    assert await slugs("past") == [("august-1", "over")]


async def test_lists_are_narrowed_by_series_region_and_topic(house: House) -> None:
    await house.client.put(
        "/v1/series/open-government", json={"title": "Open government"}, headers=house.signed_in("esther")
    )
    await announce(house, "asia", series="open-government", regions=["asia-pacific"], topics=["digital"])
    await announce(house, "europe", series="open-government", regions=["europe", "africa"])
    await announce(house, "other")

    async def slugs(query: str) -> set[str]:
        answer = await house.client.get(f"/v1/webinars?{query}")
        return {webinar["slug"] for webinar in answer.json()["items"]}

    assert await slugs("series=open-government") == {"asia", "europe"}
    assert await slugs("region=africa") == {"europe"}
    assert await slugs("topic=digital") == {"asia"}
    assert await slugs("series=open-government&region=asia-pacific") == {"asia"}


async def test_a_viewers_zone_that_is_none_is_refused(house: House) -> None:
    await announce(house)

    refused = await house.client.get("/v1/webinars/asia-pacific?zone=Middle/Earth")

    assert (refused.status_code, slug_of(refused)) == (422, "zone-unknown")


@pytest.mark.parametrize("when", ["upcoming", "past"])
@pytest.mark.parametrize(
    "narrowed", [Narrowed(), Narrowed(series="s"), Narrowed(region="r"), Narrowed(topic="t"), Narrowed("s", "r", "t")]
)
async def test_every_list_has_its_index(house: House, when: When, narrowed: Narrowed) -> None:
    await announce(house)

    query = WebinarStore.listed_query(when, narrowed, NOON, None)

    await assert_index_used(house.database["webinars"].find(query).sort(WebinarStore.order(when)).limit(20))
