"""What the platform keeps is what its log tells, and what is lost of it comes back by one command."""

from __future__ import annotations

import json
from typing import Any

from tests.journeys.conftest import SLUGS, Site, address, bearer, read
from tests.journeys.holdings import at_rest


async def rebuild(site: Site, what: str, *options: str) -> tuple[int | None, dict[str, Any]]:
    code, said = await site.command("rebuild", what, "--json", *options)
    if not said.startswith("{"):
        raise AssertionError(said)
    found: dict[str, Any] = json.loads(said)
    return code, found


async def test_lost_meters_come_back_from_the_log(site: Site) -> None:
    async with site.browser() as browser:
        for slug in SLUGS[:3]:
            await read(browser, slug)
        await at_rest(site)
        equal = await rebuild(site, "meters", "--dry-run")
        await site.database("metering")["meters"].delete_many({})

        lost = await rebuild(site, "meters", "--dry-run")
        mended = await rebuild(site, "meters")

        again = [(await read(browser, slug))["access"] for slug in SLUGS[:4]]
    assert (equal[0], equal[1]["different"]) == (0, 0)
    assert equal[1]["compared"] >= 1
    assert (lost[0], mended[0]) == (1, 0)
    assert lost[1]["different"] == mended[1]["different"] >= 3
    assert [(access["state"], access["used"]) for access in again] == [("metered", 3)] * 3 + [("walled", 3)]
    assert (await rebuild(site, "meters", "--dry-run"))[1]["different"] == 0


async def test_wrong_counts_of_comments_are_put_right_from_the_log(site: Site) -> None:
    articles = site.database("content")["articles"]
    async with site.browser() as browser:
        headers = bearer(await site.join(browser, address("health.govt.nz"), "Aroha Ngata"))
        draft = {"article_id": site.articles[SLUGS[0]], "body": "Worth counting."}
        assert (await browser.post("/v1/comments", json=draft, headers=headers)).status_code == 201
        await at_rest(site)
        equal = await rebuild(site, "comment-counts", "--dry-run")
        right = (await read(browser, SLUGS[0], **headers))["comments"]
        await site.database("content")["comment_registers"].delete_many({})
        await articles.update_one({"_id": site.articles[SLUGS[0]]}, {"$set": {"comments": 4711}})

        lost = await rebuild(site, "comment-counts", "--dry-run")
        mended = await rebuild(site, "comment-counts")

        assert (equal[0], equal[1]["different"]) == (0, 0)
        assert {"article": site.articles[SLUGS[0]], "kept": 4711, "log": right} in lost[1]["differences"]
        assert (lost[0], mended[0]) == (1, 0)
        assert (await articles.find_one({"_id": site.articles[SLUGS[0]]}))["comments"] == right
        assert (await rebuild(site, "comment-counts", "--dry-run"))[1]["different"] == 0
