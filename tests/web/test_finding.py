"""Finding something, and having it one's own way: search, light or dark, another language, on paper."""

from __future__ import annotations

from playwright.async_api import expect

from tests.web.conftest import OPENNESS, Visitor


async def test_one_searches_narrows_down_and_reads(reader: Visitor) -> None:
    page = await reader.open("/search")
    await page.get_by_label("Words to look for").fill("procurement desk")
    await page.get_by_role("search").get_by_role("button", name="Search").click()
    await expect(page.locator("mark").first).to_be_visible()
    await page.get_by_label("Narrow down").get_by_role("link", name="New Zealand").click()

    await page.get_by_role("link", name="The procurement desk that answers the telephone").click()

    await expect(page).to_have_url(f"{reader.site.url}/articles/the-procurement-desk-in-wellington")
    assert not reader.complaints


async def test_a_choice_of_light_and_language_is_kept(reader: Visitor) -> None:
    page = await reader.open("/topics")
    await page.get_by_role("contentinfo").get_by_role("link", name="Dark").click()
    await page.get_by_role("contentinfo").get_by_role("link", name="العربية").click()
    await expect(page).to_have_url(f"{reader.site.url}/topics")

    page = await reader.open("/")

    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(page.locator(".front-story h2")).to_have_attribute("lang", "en")


async def test_on_paper_there_is_the_article_with_its_address_and_nothing_to_press(visitor: Visitor) -> None:
    page = await visitor.open(OPENNESS)
    await page.emulate_media(media="print")

    await expect(page.locator(".article-body")).to_be_visible()
    await expect(page.get_by_text(f"{visitor.site.url}{OPENNESS}", exact=True)).to_be_visible()
    for gone in (".site-nav", ".reader-nav", ".footer", ".meter", ".rail", "#reply", "aside", "button", ".button"):
        assert await page.locator(gone).locator("visible=true").count() == 0, gone
    link = page.locator(".article-body p a[href='/topics/open-government']").first
    assert "/topics/open-government" in await link.evaluate("each => getComputedStyle(each, '::after').content")
