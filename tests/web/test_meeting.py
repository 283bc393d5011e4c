"""Meeting people: a webinar by two clocks, a place at it, a survey's words, a suggestion's way."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.web.conftest import Visitor

NEXT = "/webinars/open-government-asia-pacific"


async def test_a_webinar_is_told_by_two_clocks_and_a_place_is_taken_and_given_back(visitor: Visitor) -> None:
    page = await visitor.open("/")
    page = await visitor.open(NEXT)
    await expect(page.locator(".webinar-when")).to_contain_text("1.30pm Singapore")
    await expect(page.locator(".webinar-when")).to_contain_text("5.30am your time in London")
    await visitor.log_in("Official in Nairobi", to=NEXT)
    await expect(page.locator(".webinar-when")).to_contain_text("your time in Nairobi")

    await page.get_by_role("button", name="Take a place").click()

    await expect(page.get_by_role("status")).to_contain_text("You have a place.")
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Put it into my calendar").click()
    calendar = (await (await downloading.value).path()).read_text()
    assert "BEGIN:VEVENT" in calendar
    assert "TZID=Asia/Singapore" in calendar
    await page.get_by_role("button", name="Give my place back").click()
    await expect(page.get_by_role("button", name="Take a place")).to_be_visible()
    assert not visitor.complaints


async def test_a_place_is_taken_and_a_topic_suggested_with_scripts_and_without(reader: Visitor) -> None:
    page = await reader.log_in("Official in Ottawa", to="/webinars/open-government-europe-africa")
    await page.get_by_role("button", name="Take a place").click()
    await expect(page.get_by_role("status")).to_contain_text("You have a place.")
    await page.get_by_role("button", name="Give my place back").click()
    await expect(page.get_by_role("button", name="Take a place")).to_be_visible()
    await reader.open("/suggestions/new")

    await page.get_by_role("button", name="Suggest it").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_label("What should it be about?").fill("Signs that people follow")
    await page.get_by_role("button", name="Suggest it").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Signs that people follow")


async def test_without_a_known_clock_there_is_utc_and_a_chooser(reader: Visitor) -> None:
    await reader.context.add_init_script("Intl.DateTimeFormat = undefined")
    page = await reader.open(NEXT)
    if await page.get_by_text("Your clock:").count() == 0:
        await expect(page.locator(".webinar-when")).to_contain_text("5.30am UTC")

        await page.get_by_label("A town that shares your clock").select_option("Asia/Kolkata")
        await page.get_by_role("button", name="Use this clock").click()

    await expect(page.locator(".webinar-when")).to_contain_text(re.compile(r"\d(am|pm) your time in (Kolkata|London)"))


async def test_a_survey_takes_words_and_takes_them_back(reader: Visitor) -> None:
    page = await reader.open("/articles/the-procurement-desk-in-wellington")  # Reading gives a reader their cookie.
    await reader.open("/surveys")
    await page.get_by_role("main").get_by_role("link").first.click()
    await page.locator("#field-term1").fill("the lawyers")
    await page.get_by_role("button", name="Give my answer").click()
    await expect(page.get_by_role("status")).to_contain_text("Thank you.")
    await expect(page.locator("#field-term1")).to_have_value("the lawyers")

    await page.get_by_role("button", name="Take it back").click()

    await expect(page.get_by_role("status")).to_contain_text("Your answer is taken back.")


async def test_a_suggestion_is_made_supported_and_planned(visitor: Visitor, colleague: Visitor) -> None:
    page = await visitor.log_in("Official in Ottawa", to="/suggestions/new")
    await page.get_by_label("What should it be about?").fill("Letters that people read")
    await page.get_by_role("button", name="Suggest it").click()
    await expect(page.get_by_role("status")).to_contain_text("Thank you.")
    path = page.url.removeprefix(visitor.site.url).split("?")[0]

    desk = await colleague.log_in("Community manager", to=path)
    await desk.get_by_role("button", name="I have looked at it").click()
    await desk.get_by_role("button", name="Plan it").click()

    await page.reload()
    await expect(page.get_by_role("main")).to_contain_text("Planned")
