"""At the desk: write, look, hand in, have it approved by somebody else, publish; and what happens when two write."""

from __future__ import annotations

from playwright.async_api import expect

from shared.ids import new_id
from tests.web.conftest import Visitor


async def test_from_the_first_word_to_the_readers(visitor: Visitor, colleague: Visitor) -> None:
    title = f"The counter that moved {new_id()[-6:]}"
    page = await visitor.log_in("Editor", to="/desk/new")
    await page.get_by_label("Title").fill(title)
    await page.get_by_label("Lead").fill("A counter moved four metres, and the queue was gone.")
    await page.get_by_label("Text").fill("It stood by the door.\n\n## Then it did not\n\nNobody waited.")
    await page.get_by_label("By", exact=True).fill("Ingrid Ek")
    await page.get_by_role("button", name="Keep and look at it").click()
    await expect(page.locator(".preview")).to_contain_text("Nobody waited.")
    await page.get_by_role("button", name="Hand it in for review").click()
    await expect(page.get_by_text("Nobody approves what they wrote")).to_be_visible()

    desk = await colleague.log_in("Editor, to approve", to=page.url.removeprefix(visitor.site.url).split("?")[0])
    await desk.get_by_role("button", name="Approve revision").click()
    await desk.get_by_role("button", name="Publish it now").click()

    await desk.get_by_role("link", name="Read it as readers do").click()
    await expect(desk.get_by_role("heading", level=1)).to_have_text(title)
    await expect(desk.locator(".article-body")).to_contain_text("Nobody waited.")
    assert not visitor.complaints


async def test_two_who_write_at_once_lose_nothing(visitor: Visitor, colleague: Visitor) -> None:
    page = await visitor.log_in("Editor", to="/desk/new")
    await page.get_by_label("Title").fill("Two pens")
    await page.get_by_label("Lead").fill("Two people write.")
    await page.get_by_label("By", exact=True).fill("Ingrid Ek")
    await page.get_by_role("button", name="Keep and look at it").click()
    await page.get_by_role("link", name="Write on").click()
    other = await colleague.log_in("Editor, to approve", to=page.url.removeprefix(visitor.site.url))
    await other.get_by_label("Text").fill("Theirs.")
    await other.get_by_role("button", name="Keep and look at it").click()

    await page.get_by_label("Text").fill("Mine.")
    await page.get_by_role("button", name="Keep and look at it").click()

    await expect(page.get_by_role("alert")).to_contain_text("Somebody else kept changes while you were writing")
    await expect(page.get_by_role("alert")).to_contain_text("Theirs.")
    await expect(page.get_by_label("Text")).to_have_value("Mine.")
    await page.get_by_role("button", name="Keep and look at it").click()
    await expect(page.locator(".preview")).to_contain_text("Mine.")
