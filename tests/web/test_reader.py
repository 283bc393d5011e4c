"""A reader's way: what is free, the wall, and how it opens."""

from __future__ import annotations

from playwright.async_api import expect

from tests.web.conftest import OPENNESS, Visitor, unused_address

WALLED = "/articles/one-form-in-stockholm"
FREE = (
    "/articles/bus-lanes-that-people-asked-for",
    "/articles/water-meters-in-chennai",
    OPENNESS,
)
BEHIND = "Annika Roos"
"""Words of the walled article's body."""


async def test_three_articles_are_free_then_joining_opens_the_same_article(reader: Visitor) -> None:
    for number, path in enumerate(FREE, start=1):
        page = await reader.open(path)
        await expect(page.get_by_label("Your free articles")).to_contain_text(f"{number} of 3 articles viewed")
        await expect(page.locator(".seat.taken")).to_have_count(number)

    page = await reader.open(WALLED)
    await expect(page.get_by_role("heading", name="You have read your 3 free articles")).to_be_visible()
    assert BEHIND not in await page.content()
    await page.locator(".wall").get_by_role("link", name="Join free").click()
    await reader.join(unused_address(), "Aroha Ngata")

    await expect(page).to_have_url(reader.site.url + WALLED)
    await expect(page.locator(".article-body")).to_contain_text(BEHIND)
    await expect(page.get_by_label("Your free articles")).to_have_count(0)
    await expect(page.get_by_role("link", name="Your account")).to_be_visible()
    assert not reader.complaints


async def test_what_was_counted_is_shown_and_stays_open(reader: Visitor) -> None:
    for path in (*FREE, WALLED):
        await reader.open(path)

    page = await reader.open("/meter")
    await expect(page.get_by_role("heading", name="The articles that were counted")).to_be_visible()
    await page.get_by_role("link", name="What openness in government means to the people inside it").click()

    await expect(page.locator(".article-body")).to_be_visible()
    await expect(page.get_by_label("Your free articles")).to_contain_text("3 of 3 articles viewed")


async def test_an_article_has_its_word_cloud_as_picture_and_list(reader: Visitor) -> None:
    page = await reader.open(OPENNESS)

    cloud = page.locator("figure.cloud").first
    await expect(cloud).to_contain_text("50 people answered")
    assert await cloud.locator("svg text", has_text="transparency").count() == 1
    await cloud.get_by_text("See as a list").click()
    await expect(cloud.locator("ol").get_by_text("transparency")).to_be_visible()


async def test_one_finds_an_article_by_a_word_and_narrows_by_topic(reader: Visitor) -> None:
    page = await reader.open("/search")
    await page.get_by_label("Words to look for").fill("form agencies parents")
    await page.get_by_role("main").get_by_role("button", name="Search").click()

    await page.get_by_label("Narrow down").get_by_role("link", name="Digital services").click()

    await expect(page.get_by_role("link", name="Digital services remove this filter")).to_be_visible()
    await expect(page.get_by_role("link", name="Eleven agencies, one form")).to_be_visible()


async def test_language_and_look_are_kept(reader: Visitor) -> None:
    page = await reader.open("/topics")

    await page.get_by_role("link", name="العربية").click()
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await page.locator("footer a[href*='theme=dark']").click()
    await page.reload()

    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.locator("html")).to_have_attribute("lang", "ar")
    await expect(page).to_have_url(f"{reader.site.url}/topics")


async def test_the_first_page_leads_to_what_it_shows(reader: Visitor) -> None:
    page = await reader.open("/")
    title = await page.locator(".front-story h2").inner_text()

    await page.locator(".front-story h2 a").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
