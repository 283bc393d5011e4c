"""The board of one click's journey shows what the last click did, while it happens."""

from __future__ import annotations

from playwright.async_api import expect

from tests.web.conftest import Visitor
from web.clicks import MOST, Click, clicks_of, remember
from web.cookies import Cookies

READ = Click("a" * 32, "GET", "/articles/one-form-in-stockholm")
WROTE = Click("b" * 32, "POST", "/articles/one-form-in-stockholm/comments")


def kept(*clicks: Click) -> dict[str, str]:
    """The browser's cookies after these clicks."""
    cookies: dict[str, str] = {}
    for click in clicks:
        out = Cookies(secure=False)
        remember(click, cookies, out)
        (header,) = out.headers()
        name, _, value = header.partition(";")[0].partition("=")
        cookies[name] = value
    return cookies


def test_the_newest_click_comes_first_and_only_so_many_are_remembered() -> None:
    cookies = kept(*[READ] * MOST, WROTE)

    assert clicks_of(cookies) == [WROTE, *[READ] * (MOST - 1)]


def test_what_is_not_ours_is_nothing() -> None:
    assert clicks_of({"plenary_clicks": "W1siLi4vLi4iLCJHRVQiLCIvIl1d"}) == []
    assert clicks_of({"plenary_clicks": "nonsense"}) == []
    assert clicks_of({}) == []


async def test_an_article_that_was_opened_shows_who_heard_of_it(visitor: Visitor) -> None:
    await visitor.open("/articles/one-form-in-stockholm")

    page = await visitor.open("/clicks")
    row = page.get_by_role("row").filter(has_text="ArticleViewed")

    await expect(page.get_by_role("link", name="GET /articles/one-form-in-stockholm")).to_be_visible()
    await expect(row.filter(has_text="said")).to_be_visible()
    await expect(page.get_by_role("row").filter(has_text="metering").first).to_be_visible()
    assert not visitor.complaints


async def test_a_step_that_is_taken_while_one_looks_comes_by_itself(visitor: Visitor) -> None:
    await visitor.open("/articles/one-form-in-stockholm")
    page = await visitor.open("/clicks")
    trace_id = str(await page.locator("[data-live]").get_attribute("data-live")).rsplit("/", 1)[1]
    await expect(page.get_by_role("row").filter(has_text="GET /v1/regions")).to_have_count(0)
    await page.evaluate("window.still = true")

    async with visitor.site.api() as client:
        await client.get("/v1/regions", headers={"traceparent": f"00-{trace_id}-{'b' * 16}-01"})

    await expect(page.get_by_role("row").filter(has_text="GET /v1/regions")).to_have_count(1)
    assert await page.evaluate("window.still") is True, "the page was not loaded again"
    assert not visitor.complaints


async def test_strangers_ask_for_no_journey_but_by_its_name(visitor: Visitor) -> None:
    async with visitor.site.api() as client:
        answer = await client.get("/live/clicks/..%2f..%2fv1%2fme")
        other = await client.head(f"/live/clicks/{'c' * 32}")

    assert answer.status_code in {400, 404}
    assert (other.status_code, other.content) == (200, b"")
