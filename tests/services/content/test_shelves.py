"""Topics, regions, series and the editorial board."""

from __future__ import annotations

from collections import defaultdict
from importlib.resources import files
from zoneinfo import ZoneInfo

from services.content.store.geography import load_geography
from tests.services.content.conftest import House
from tests.support import assert_index_used


async def test_an_editor_adds_a_topic_and_readers_browse_by_it(house: House) -> None:
    body = {"name": "Public transport", "description": "Buses, ferries and who pays for them."}

    added = await house.client.put("/v1/topics/public-transport", json=body, headers=house.signed_in())
    await house.publish("ferries", topics=["public-transport"])

    assert added.status_code == 200
    topic = (await house.client.get("/v1/topics/public-transport")).json()
    assert topic == {"slug": "public-transport", **body, "articles": "/v1/articles?topic=public-transport"}
    listed = await house.client.get(topic["articles"])
    assert [card["slug"] for card in listed.json()["items"]] == ["ferries"]


async def test_a_topic_is_changed_only_by_who_has_seen_it(house: House) -> None:
    address, editor = "/v1/topics/digital", house.signed_in()
    seen = await house.client.get(address)

    same = await house.client.put(address, json={"name": "digital"}, headers=editor)
    blind = await house.client.put(address, json={"name": "Digital government"}, headers=editor)
    changed = await house.client.put(
        address, json={"name": "Digital government"}, headers=editor | {"If-Match": seen.headers["ETag"]}
    )
    stale = await house.client.put(
        address, json={"name": "Computers"}, headers=editor | {"If-Match": seen.headers["ETag"]}
    )
    gone = await house.client.put("/v1/topics/new", json={"name": "New"}, headers=editor | {"If-Match": '"3"'})

    assert [a.status_code for a in (same, blind, changed, stale, gone)] == [200, 428, 200, 412, 412]
    assert changed.headers["ETag"] == '"1"'
    assert (await house.client.get(address)).json()["name"] == "Digital government"


async def test_a_series_has_its_question_and_its_own_articles(house: House) -> None:
    body = {"title": "Open government", "question": "What does openness mean to you?"}
    await house.client.put("/v1/series/open-government", json=body, headers=house.signed_in())
    await house.publish("openness", series="open-government")
    await house.publish("ferries")

    series = (await house.client.get("/v1/series/open-government")).json()
    listed = await house.client.get(series["articles"])

    assert series["question"] == "What does openness mean to you?"
    assert [card["slug"] for card in listed.json()["items"]] == ["openness"]
    assert [item["slug"] for item in (await house.client.get("/v1/series")).json()["items"]] == ["open-government"]


async def test_the_board_is_shown_in_its_order_with_title_and_organisation(house: House) -> None:
    people = [
        ("arjun-mehta", "Arjun Mehta", "Former secretary", "Government of Kerala", 20),
        ("mere-tapsell", "Mere Tapsell", "Chair", "Victoria University", 10),
    ]
    for slug, name, title, organisation, position in people:
        body = {"name": name, "title": title, "organisation": organisation, "position": position}
        answer = await house.client.put(f"/v1/board/{slug}", json=body, headers=house.signed_in())
        assert answer.status_code == 200

    board = (await house.client.get("/v1/board")).json()["items"]

    assert [member["name"] for member in board] == ["Mere Tapsell", "Arjun Mehta"]
    assert board[0] == {
        "id": "mere-tapsell",
        "name": "Mere Tapsell",
        "title": "Chair",
        "organisation": "Victoria University",
        "position": 10,
    }
    await assert_index_used(house.database["board"].find({}).sort([("position", 1), ("name", 1)]))


async def test_a_member_leaves_the_board(house: House) -> None:
    body = {"name": "Mere Tapsell", "title": "Chair", "organisation": "Victoria University"}
    added = await house.client.put("/v1/board/mere-tapsell", json=body, headers=house.signed_in())
    editor = house.signed_in()

    unseen = await house.client.delete("/v1/board/mere-tapsell", headers=editor)
    stale = await house.client.delete("/v1/board/mere-tapsell", headers=editor | {"If-Match": '"7"'})
    left = await house.client.delete("/v1/board/mere-tapsell", headers=editor | {"If-Match": added.headers["ETag"]})
    again = await house.client.delete("/v1/board/mere-tapsell", headers=editor | {"If-Match": added.headers["ETag"]})

    assert [answer.status_code for answer in (unseen, stale, left, again)] == [428, 412, 204, 404]
    assert (await house.client.get("/v1/board")).json()["items"] == []


async def test_a_region_names_its_countries_and_zones(house: House) -> None:
    region = (await house.client.get("/v1/regions/asia-pacific")).json()

    assert region["name"] == "Asia-Pacific"
    assert {"code": "SG", "name": "Singapore"} in region["countries"]
    assert {"Pacific/Auckland", "Asia/Singapore", "Asia/Kolkata"} <= set(region["zones"])
    assert len((await house.client.get("/v1/regions")).json()["items"]) == 6


async def test_what_is_not_there_is_not_found(house: House) -> None:
    for address, slug in (
        ("/v1/topics/alchemy", "topic-not-found"),
        ("/v1/series/alchemy", "series-not-found"),
        ("/v1/regions/atlantis", "region-not-found"),
        ("/v1/trending?topic=alchemy", "topic-not-found"),
        ("/v1/trending?region=atlantis", "region-not-found"),
    ):
        answer = await house.client.get(address)

        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (404, slug)


async def test_lists_that_have_not_changed_are_not_sent_again(house: House) -> None:
    for address in ("/v1/topics", "/v1/series", "/v1/board", "/v1/regions", "/v1/regions/africa"):
        first = await house.client.get(address)

        again = await house.client.get(address, headers={"If-None-Match": first.headers["ETag"]})

        assert (again.status_code, again.content) == (304, b"")


def test_every_country_and_every_zone_belongs_to_a_region() -> None:
    geography = load_geography()

    countries, zones = countries_and_zones_of_tzdata()

    assert set(geography.countries) == countries
    assert all(geography.regions_of_country(country) for country in countries)
    for country, its_zones in zones.items():
        for region in geography.regions_of_country(country):
            assert its_zones <= set(geography.regions[region].zones), country
    assert all(ZoneInfo(zone) for region in geography.regions.values() for zone in region.zones)


def test_a_country_may_lie_in_two_regions() -> None:
    geography = load_geography()

    assert geography.regions_of_country("EG") == ("africa", "middle-east")
    assert geography.filed_under(["europe"], "TR") == ("europe", "middle-east")
    assert geography.regions_of_zone("Pacific/Auckland") == ("asia-pacific",)


def countries_and_zones_of_tzdata() -> tuple[set[str], dict[str, set[str]]]:
    """ISO 3166-1's codes, and the zones that zone.tab gives each."""
    folder = files("tzdata").joinpath("zoneinfo")
    countries = {row[0] for row in rows(folder.joinpath("iso3166.tab").read_text())}
    zones: dict[str, set[str]] = defaultdict(set)
    for row in rows(folder.joinpath("zone.tab").read_text()):
        zones[row[0]].add(row[2])
    return countries, zones


def rows(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
