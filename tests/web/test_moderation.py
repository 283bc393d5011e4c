"""What a moderator does: see what is new, take something from view with a reason, and show it again."""

from __future__ import annotations

from playwright.async_api import expect

from shared.ids import new_id
from tests.web.axe import examine
from tests.web.conftest import Visitor

ARTICLE = "/articles/water-meters-in-chennai"


async def test_a_comment_is_taken_from_view_with_a_reason_and_shown_again(visitor: Visitor, colleague: Visitor) -> None:
    words = f"Buy my book {new_id()[-8:]}"
    page = await visitor.log_in("Official in Nairobi", to=ARTICLE)
    await page.get_by_label("Your reply").fill(words)
    await page.get_by_role("button", name="Post your reply").click()
    await expect(page.locator(".comment", has_text=words)).to_be_visible()

    desk = await colleague.log_in("Moderator")
    await desk.get_by_role("link", name="Moderation").click()
    row = desk.get_by_role("listitem").filter(has_text=words)
    await row.get_by_role("button", name="Take it from view").click()
    await expect(desk.get_by_role("alert")).to_contain_text("Say why; its author reads it")
    assert await examine(desk) == []
    await row.get_by_label("Reason, for its author").fill("Advertising")
    await row.get_by_role("button", name="Take it from view").click()
    await expect(desk.get_by_role("status")).to_contain_text("It is taken from view.")
    await expect(row).to_have_count(0)

    await page.goto(f"{visitor.site.url}{ARTICLE}/comments?order=newest")
    await expect(page.locator(".comment", has_text=words)).to_contain_text("It was hidden: Advertising")
    async with visitor.site.api() as stranger:
        assert words not in (await stranger.get(f"{ARTICLE}/comments?order=newest")).text

    await desk.get_by_role("link", name="See what was taken from view").click()
    await expect(row).to_contain_text("Taken from view by Noor Haddad: Advertising")
    assert await examine(desk) == []
    await row.get_by_role("button", name="Show it again").click()
    await expect(desk.get_by_role("status")).to_contain_text("It is shown again.")
    async with visitor.site.api() as stranger:
        assert words in (await stranger.get(f"{ARTICLE}/comments?order=newest")).text
    assert [said for said in colleague.complaints if "422" not in said] == []


async def test_a_discussion_is_ended_and_taken_up_again(visitor: Visitor, colleague: Visitor) -> None:
    page = await visitor.log_in("Moderator", to="/staff/comments")
    address = await page.locator(".plain-list .hint a").first.get_attribute("href")
    path = str(address).split("#")[0]
    await page.get_by_role("button", name="Take no more comments on this article").first.click()
    await expect(page.get_by_role("status")).to_contain_text("The discussion takes no more comments.")

    other = await colleague.open(path)
    await expect(other.locator("#reply")).to_have_text("This discussion takes no more comments.")
    await expect(other.get_by_label("Your reply")).to_have_count(0)

    await page.get_by_role("button", name="Take comments on this article again").first.click()
    await expect(page.get_by_role("status")).to_contain_text("The discussion takes comments again.")
    await other.reload()
    await expect(other.get_by_label("Your reply")).to_be_visible()


async def test_the_page_is_for_moderators_alone(visitor: Visitor) -> None:
    page = await visitor.log_in("Official in Nairobi")
    await expect(page.get_by_role("link", name="Moderation")).to_have_count(0)

    answer = await page.goto(visitor.site.url + "/staff/comments")

    assert answer is not None
    assert answer.status == 403
    await expect(page.get_by_role("heading", level=1)).to_have_text("You cannot see this page")
