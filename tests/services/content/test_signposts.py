"""Where a slug leads is believed for a moment, and never longer where it changes."""

from __future__ import annotations

from tests.services.content.conftest import House

LONG = 60.0


async def test_a_reader_after_another_needs_no_query(house: House) -> None:
    house.deps.pages._seconds = LONG
    article = await house.publish("openness")
    await house.read("openness")
    await house.database["articles"].update_one({"_id": article["id"]}, {"$set": {"comments": 7}})

    believed = await house.read("openness")
    house.deps.pages._seconds = 0
    house.deps.pages.forget_signposts()
    now = await house.read("openness")

    assert believed.json()["comments"] == 0
    assert now.json()["comments"] == 7


async def test_what_an_editor_does_here_is_seen_here_at_once(house: House) -> None:
    house.deps.pages._seconds = LONG
    article = await house.publish("openness")
    assert (await house.read("openness")).status_code == 200

    renamed = await house.client.put(
        f"/v1/articles/{article['id']}/slug",
        json={"slug": "open-government"},
        headers=house.signed_in() | {"If-Match": article["etag"]},
    )
    former = await house.read("openness")
    present = await house.read("open-government")
    article = {**article, "etag": renamed.headers["ETag"]}
    await house.move(article, "archived")
    gone = await house.read("open-government")

    assert renamed.status_code == 200, renamed.text
    assert (former.status_code, former.headers["location"]) == (301, "/v1/articles/open-government")
    assert present.status_code == 200
    assert gone.status_code == 410


async def test_that_there_is_nothing_is_not_believed(house: House) -> None:
    house.deps.pages._seconds = LONG
    before = await house.read("openness")

    await house.publish("openness")
    after = await house.read("openness")

    assert (before.status_code, after.status_code) == (404, 200)
