"""Writing under an article: a draft outlives the way to an account, and replies find their place."""

from __future__ import annotations

import re

from playwright.async_api import expect

from shared.ids import new_id
from tests.web.conftest import Visitor, unused_address

ARTICLE = "/articles/the-procurement-desk-in-wellington"
DRAFT = "We tried this in Dunedin: the desk rang back. It took «two» days & a chair."


async def test_a_draft_survives_joining(reader: Visitor) -> None:
    name = f"Hinemoa {new_id()[-6:]}"
    page = await reader.open(ARTICLE)
    await page.get_by_label("Your reply").fill(DRAFT)
    await page.get_by_role("button", name="Join free to post").click()
    await reader.join(unused_address(), name)

    await expect(page).to_have_url(f"{reader.site.url}{ARTICLE}#reply")
    await expect(page.get_by_label("Your reply")).to_have_value(DRAFT)
    await page.get_by_role("button", name="Post your reply").click()

    await expect(page.locator(".comment", has_text=name)).to_contain_text("the desk rang back")
    await expect(page.get_by_label("Your reply")).to_have_value("")
    assert not reader.complaints


async def test_a_member_replies_and_says_that_something_helped(visitor: Visitor) -> None:
    page = await visitor.log_in("Official in Wellington", to="/articles/a-board-that-listens-in-dubai")
    await page.get_by_label("Your reply").fill("Who takes the first number?")
    await page.get_by_role("button", name="Post your reply").click()
    first = page.locator(".comment", has_text="Who takes the first number?")
    await first.get_by_role("link", name=re.compile("^Reply")).click()
    await expect(page.get_by_role("heading", name=re.compile("Reply to Aroha"))).to_be_visible()

    await page.get_by_label("Your reply").fill("The director, I hear.")
    await page.get_by_role("button", name="Post your reply").click()

    await expect(page.locator(".comment-1", has_text="The director, I hear.")).to_be_visible()
    await first.get_by_role("button", name=re.compile("^Helpful")).click()
    await expect(first.get_by_role("button", name=re.compile(r"^Helpful \(1\)"))).to_be_visible()
    assert not visitor.complaints


async def test_an_empty_reply_is_explained_and_focus_goes_there(visitor: Visitor) -> None:
    page = await visitor.log_in("Official in Wellington", to=ARTICLE)

    await page.get_by_role("button", name="Post your reply").click()

    summary = page.get_by_role("alert")
    await expect(summary).to_contain_text("Write your reply")
    await expect(summary).to_be_focused()
    await summary.get_by_role("link", name="Write your reply").click()
    await expect(page.get_by_label("Your reply")).to_be_focused()
