"""What the pages do while something behind them is away: the rest goes on, and what is missing is said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import expect

from tests.support import eventually
from tests.web.conftest import OPENNESS, Site, Visitor

pytestmark = pytest.mark.last  # It stops services that the other stories need.

BESIDE_CONTENT = ("accounts-api", "community-api", "metering-api", "notifications-api")
GOES_ON = ("/", OPENNESS, "/topics", "/regions/asia-pacific", "/series", "/search?q=open+data", "/webinars", "/surveys")
CANNOT = ("/meter", "/suggestions", f"{OPENNESS}/comments")
"""Pages that show what one service alone knows."""


@asynccontextmanager
async def away(site: Site, *names: str) -> AsyncIterator[None]:
    """Stop these processes, and have them back, and known to be back, afterwards."""
    await asyncio.gather(*(site.platform.halt(name) for name in names))
    try:
        yield
    finally:
        await asyncio.gather(*(site.platform.restart(name) for name in names))

        async def all_is_well() -> bool:
            async with site.api() as client:
                answer = await client.get("/status")
            return answer.status_code == 200 and "Everything works." in answer.text

        await eventually(all_is_well, within=30, every=0.2)


async def test_with_content_alone_one_reads_on_and_is_told_what_is_missing(visitor: Visitor) -> None:
    page = await visitor.log_in("Official in Wellington")
    async with away(visitor.site, *BESIDE_CONTENT):
        opened = {path: await page.goto(visitor.site.url + path) for path in GOES_ON}
        assert {path: answer and answer.status for path, answer in opened.items()} == dict.fromkeys(GOES_ON, 200)
        await page.goto(visitor.site.url + OPENNESS)
        await expect(page.locator(".article-body")).to_be_visible()
        await expect(page.locator("#comments")).to_contain_text("Comments cannot be shown at the moment.")
        await expect(page.get_by_role("link", name="Your account")).to_be_visible()

        for path in CANNOT:
            answer = await page.goto(visitor.site.url + path)
            assert answer is not None
            assert answer.status == 503
            await expect(page.get_by_role("main")).to_contain_text("at the moment")
        await page.goto(visitor.site.url + "/status")
        await expect(page.get_by_text("Not available", exact=True)).to_have_count(len(BESIDE_CONTENT))
    assert [said for said in visitor.complaints if "503" not in said] == []


async def test_a_reader_and_a_member_whose_session_waits_are_told_so(visitor: Visitor, colleague: Visitor) -> None:
    await visitor.log_in("Official in Ottawa")
    await visitor.context.clear_cookies(name="plenary_access")
    async with away(visitor.site, "accounts-api", "metering-api"):
        page = await visitor.open(OPENNESS)
        await expect(page.get_by_role("status")).to_contain_text(
            "You are logged in, but we cannot look up your account"
        )
        await expect(page.locator(".meter")).to_contain_text("We cannot count at the moment")
        answer = await page.goto(visitor.site.url + "/account")
        assert answer is not None
        assert (answer.status, page.url) == (503, f"{visitor.site.url}/account")

        other = await colleague.open(OPENNESS)
        await expect(other.locator(".article-body")).to_be_visible()
        await expect(other.get_by_role("status")).to_have_count(0)
        await other.goto(visitor.site.url + "/log-in")
        await other.get_by_label("E-mail address").fill("aroha@health.govt.nz")
        await other.get_by_role("button", name="Send me a code").click()
        await expect(other.get_by_role("alert")).to_contain_text("Joining and logging in do not work at the moment.")
        await expect(other.get_by_label("E-mail address")).to_have_value("aroha@health.govt.nz")

    await expect(await visitor.open("/account")).to_have_title("Your account – Plenary")


async def test_what_is_written_while_community_is_away_is_kept(reader: Visitor) -> None:
    draft = "We moved the counter, and the queue was gone."
    page = await reader.log_in("Official in Nairobi", to=OPENNESS)
    await page.get_by_label("Your reply").fill(draft)
    async with away(reader.site, "community-api"):
        await page.get_by_role("button", name="Post your reply").click()
        await expect(page.get_by_role("alert")).to_contain_text("What you wrote is kept in this browser")

    await page.goto(reader.site.url + OPENNESS)
    await expect(page.get_by_label("Your reply")).to_have_value(draft)
    await page.get_by_role("button", name="Post your reply").click()
    await expect(page.locator(".comment", has_text=draft)).to_be_visible()


async def test_while_the_site_itself_is_away_browsers_get_a_page_and_programs_a_document(visitor: Visitor) -> None:
    async with away(visitor.site, "web"):
        answer = await visitor.page.goto(visitor.site.url + OPENNESS)
        await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Plenary is away for a moment")
        family = await visitor.page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
        async with visitor.site.api() as program:
            document = await program.get(OPENNESS)
            articles = await program.get("/v1/articles")

    assert answer is not None
    assert answer.status == 503
    assert "Georgia" in family
    assert document.headers["content-type"] == "application/problem+json"
    assert articles.status_code == 200
    await visitor.page.get_by_role("link", name="Try again").click()
    await expect(visitor.page.locator(".article-body")).to_be_visible()
    assert [said for said in visitor.complaints if "503" not in said] == []
