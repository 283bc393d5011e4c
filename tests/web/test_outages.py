"""What the pages do while something behind them is away: the rest goes on, and what is missing is said."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import expect

from tests.support import eventually
from tests.web.axe import examine
from tests.web.conftest import OPENNESS, Site, Visitor

pytestmark = pytest.mark.last  # It stops services that the other stories need.

BESIDE_CONTENT = ("accounts-api", "community-api", "metering-api", "notifications-api")
GOES_ON = ("/", OPENNESS, "/topics", "/regions/asia-pacific", "/series", "/search?q=open+data", "/webinars", "/surveys")
CANNOT = ("/meter", "/suggestions", f"{OPENNESS}/comments")
"""Pages that show what one service alone knows."""
SURVEY = "what-stops-you"
DRAFT = "We moved the counter, and the queue was gone."


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


async def test_with_content_alone_one_reads_on_and_is_told_what_is_missing(
    visitor: Visitor, colleague: Visitor, site: Site
) -> None:
    member, guest = await visitor.log_in("Official in Wellington", to=OPENNESS), colleague.page
    await member.get_by_label("Your reply").fill(DRAFT)
    async with away(site, *BESIDE_CONTENT):
        # A press that cannot be counted is answered in the page, which keeps what it shows.
        await member.get_by_role("button", name=re.compile("^Helpful")).first.click()
        await expect(member.locator("#trouble").get_by_role("alert")).to_contain_text("not available at the moment")
        await expect(member.locator(".comment").first).to_be_visible()
        await expect(member.get_by_label("Your reply")).to_have_value(DRAFT)

        # What was being written is kept; what can be read still is, by members and by guests.
        await member.get_by_role("button", name="Post your reply").click()
        await expect(member.get_by_role("alert")).to_contain_text("What you wrote is kept in this browser")
        opened = {path: await guest.goto(site.url + path) for path in GOES_ON}
        assert {path: answer and answer.status for path, answer in opened.items()} == dict.fromkeys(GOES_ON, 200)
        await guest.goto(site.url + OPENNESS)
        await expect(guest.locator(".article-body")).to_be_visible()
        await expect(guest.locator(".meter")).to_contain_text("We cannot count at the moment")
        await expect(guest.locator("#comments")).to_contain_text("Comments cannot be shown at the moment.")

        # What one service alone knows is said to be away, and so is the way in.
        for path in CANNOT:
            answer = await guest.goto(site.url + path)
            assert answer is not None
            assert answer.status == 503
            await expect(guest.get_by_role("main")).to_contain_text("at the moment")
        assert await examine(guest) == []
        await guest.goto(site.url + "/log-in")
        await guest.get_by_label("E-mail address").fill("aroha@health.govt.nz")
        await guest.get_by_role("button", name="Send me a code").click()
        await expect(guest.get_by_role("alert")).to_contain_text("Joining and logging in do not work at the moment.")
        await expect(guest.get_by_label("E-mail address")).to_have_value("aroha@health.govt.nz")

        # A session that cannot be looked up waits: it is neither over nor anybody else's.
        await member.goto(site.url + OPENNESS)
        await expect(member.get_by_role("link", name="Your account")).to_be_visible()
        await visitor.context.clear_cookies(name="plenary_access")
        await member.goto(site.url + OPENNESS)
        await expect(member.get_by_role("status")).to_contain_text("You are logged in, but we cannot look up")
        assert await examine(member) == []
        answer = await member.goto(site.url + "/account")
        assert answer is not None
        assert (answer.status, member.url) == (503, f"{site.url}/account")
        await guest.goto(site.url + OPENNESS)
        await expect(guest.get_by_role("status")).to_have_count(0)

    await member.goto(site.url + OPENNESS)
    await expect(member.get_by_label("Your reply")).to_have_value(DRAFT)
    await member.get_by_role("button", name="Post your reply").click()
    await expect(member.locator(".comment", has_text=DRAFT)).to_be_visible()
    assert [said for said in (*visitor.complaints, *colleague.complaints) if "503" not in said] == []


async def test_while_the_site_itself_is_away_browsers_get_a_page_and_programs_a_document(
    visitor: Visitor, site: Site
) -> None:
    async with away(site, "web"):
        answer = await visitor.page.goto(site.url + OPENNESS)
        await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Plenary is away for a moment")
        family = await visitor.page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
        async with site.api() as program:
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


async def test_a_stream_ends_with_its_process_and_a_page_finds_the_next(visitor: Visitor, site: Site) -> None:
    page = await visitor.open(f"/surveys/{SURVEY}")
    before = int((await page.locator("#cloud-count").inner_text()).split()[0])
    async with site.api() as client, client.stream("GET", f"/live/surveys/{SURVEY}") as stream:
        lines = stream.aiter_lines()
        first = [await anext(lines) for _ in range(3)]
        async with away(site, "web"):
            rest = [line async for line in lines]

    assert stream.headers["content-type"].startswith("text/event-stream")
    assert "content-encoding" not in stream.headers
    assert stream.headers["cache-control"] == "no-store"
    assert first == ["retry: 2000", "", "event: part"]
    assert "event: end" not in rest
    async with site.api() as respondent:
        await respondent.get(f"/v1{OPENNESS}")  # Reading gives a reader their cookie.
        given = await respondent.put(f"/v1/surveys/{SURVEY}/answer", json={"terms": ["permission"]})
    assert given.status_code == 200
    await expect(page.locator("#cloud-count")).to_contain_text(f"{before + 1} people answered.", timeout=20_000)
