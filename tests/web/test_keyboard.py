"""Whole flows by the keyboard alone: no mouse, and no label that only an eye can find."""

from __future__ import annotations

from playwright.async_api import expect

from tests.web.conftest import Visitor, unused_address

NAMED = """name => {
    const at = document.activeElement;
    const words = at.labels?.length ? at.labels[0].innerText : at.innerText || at.value;
    return (words || "").trim().startsWith(name);
}"""
ARTICLE = "/articles/a-board-that-listens-in-dubai"


async def reach(visitor: Visitor, name: str) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(150):
        await visitor.page.keyboard.press("Tab")
        if await visitor.page.evaluate(NAMED, name):
            return
    raise AssertionError(f"the keyboard does not reach {name}")


async def press(visitor: Visitor, name: str) -> None:
    """Go there, and press it."""
    await reach(visitor, name)
    await visitor.page.keyboard.press("Enter")


async def write(visitor: Visitor, name: str, words: str) -> None:
    """Go to a field, and write."""
    await reach(visitor, name)
    await visitor.page.keyboard.type(words)


async def test_one_joins_replies_and_takes_a_place_by_keyboard(visitor: Visitor) -> None:
    page, address = await visitor.open(ARTICLE), unused_address()
    await write(visitor, "Your reply", "We rang back too.")
    await press(visitor, "Join free to post")
    await page.wait_for_url("**/join**")
    await press(visitor, "Send me a code")
    await expect(page.get_by_role("alert")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.keyboard.type(address)
    await press(visitor, "Send me a code")
    await page.wait_for_url("**/proof/**")
    await write(visitor, "Code", await visitor.site.code_for(address))
    await press(visitor, "Go on")
    await page.wait_for_url("**/join/who**")
    await write(visitor, "Your name", "Hinemoa Rangi")
    await write(visitor, "Country", "New Zealand")
    await press(visitor, "Join")
    await page.wait_for_url("**/join/interests**")
    await reach(visitor, "Open government")
    await page.keyboard.press("Space")
    await press(visitor, "Go on")

    await page.wait_for_url(f"**{ARTICLE}#reply")
    await press(visitor, "Post your reply")
    await expect(page.locator(".comment", has_text="We rang back too.")).to_contain_text("Hinemoa Rangi")
    await visitor.open("/webinars/open-government-americas")
    await press(visitor, "Take a place")
    await expect(page.get_by_role("status")).to_contain_text("You have a place.")
    await press(visitor, "Give my place back")
    await expect(page.get_by_role("button", name="Take a place")).to_be_visible()
