"""The member's own pages: sessions, mail, and the one press that stops it."""

from __future__ import annotations

from playwright.async_api import expect

from tests.web.conftest import Visitor, unused_address


async def test_wrong_words_are_explained_and_what_was_typed_stays(reader: Visitor) -> None:
    page = await reader.open("/join")
    await page.get_by_label("Your work e-mail address").fill("aroha at health")
    await page.get_by_role("button", name="Send me a code").click()

    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_label("Your work e-mail address")).to_have_value("aroha at health")
    await expect(page.get_by_label("Your work e-mail address")).to_have_attribute("aria-invalid", "true")
    assert (await page.title()).startswith("Error:")


async def test_one_logs_in_by_code_and_out_again(reader: Visitor) -> None:
    address, _ = reader.site.person("Official in Wellington")
    page = await reader.open("/log-in?to=/topics")
    await page.get_by_label("E-mail address").fill(address)
    await page.get_by_role("button", name="Send me a code").click()
    await page.get_by_label("Code").fill(await reader.site.code_for(address))
    await page.get_by_role("button", name="Go on").click()
    await expect(page).to_have_url(f"{reader.site.url}/topics")

    await page.get_by_role("link", name="Your account").click()
    await page.get_by_role("button", name="Log out", exact=True).click()

    await expect(page.get_by_role("link", name="Log in").first).to_be_visible()


async def test_mail_is_chosen_and_one_press_stops_it(visitor: Visitor) -> None:
    address = unused_address()
    page = await visitor.open("/join?to=/preferences")
    await visitor.join(address, "Aroha Ngata")
    await expect(page.get_by_role("heading", name="Your mail")).to_be_visible()
    first = page.get_by_role("checkbox").first
    await first.uncheck()
    await page.get_by_role("button", name="Keep these choices").click()
    await expect(page.get_by_role("status")).to_contain_text("Your choices are kept.")
    await expect(page.get_by_role("checkbox").first).not_to_be_checked()


async def test_one_sees_where_one_is_logged_in_and_ends_it_there(visitor: Visitor, colleague: Visitor) -> None:
    await colleague.log_in("Member, not in government")
    page = await visitor.log_in("Member, not in government", to="/account")
    others = page.locator(".sessions > li").filter(has=page.get_by_role("button"))
    await expect(page.locator(".sessions > li").filter(has_text="this one")).to_contain_text("Chrome on Linux")
    there = await others.count()

    await others.first.get_by_role("button", name="Log out there (Chrome on Linux)").click()

    await expect(page.get_by_role("status")).to_contain_text("The session has ended.")
    await expect(others).to_have_count(there - 1)
