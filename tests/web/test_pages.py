"""Every page: reachable, accessible in every light, whole on a phone and when enlarged, and silent in the console."""

from __future__ import annotations

import pytest

from tests.web.axe import examine
from tests.web.conftest import OPENNESS, Visitor, unused_address

NEXT = "/webinars/open-government-asia-pacific"
WALLED = "/articles/one-form-in-stockholm"
READERS = (
    "/",
    OPENNESS,
    WALLED,
    f"{OPENNESS}/comments",
    "/topics",
    "/topics/open-government",
    "/regions",
    "/regions/asia-pacific",
    "/series",
    "/series/partnerships",
    "/search?q=open+data",
    "/search",
    "/board",
    "/meter",
    "/status",
    "/accessibility",
    "/display",
    "/clicks",
    "/webinars",
    NEXT,
    "/webinars/open-government-asia-pacific-2017",
    "/surveys",
    "/surveys/what-stops-you",
    "/suggestions",
    "/join",
    "/log-in",
    "/log-in/forgotten",
)
NOWHERE = ("/unsubscribe/made-up", "/proof/made-up", "/nothing-is-here")
"""What a reader may come to by a link that is broken or old."""
MEMBERS = ("/account", "/preferences", "/suggestions/new", "/join/interests", OPENNESS, NEXT, "/desk")
"""The last is none of theirs, and says so."""
EDITORS = ("/desk", "/desk/new", "/desk?state=published")
MANAGERS = ("/staff/reviews", "/suggestions")
MODERATORS = ("/staff/comments",)
TRANSLATED = ("/", OPENNESS, NEXT, "/surveys/what-stops-you", "/join", "/meter", "/search?q=open", "/nothing-is-here")


SHOWN = """() => {
    const at = document.activeElement;
    const style = getComputedStyle(at);
    const box = at.getBoundingClientRect();
    const [x, y] = [box.left + Math.min(box.width, 40) / 2, box.top + Math.min(box.height, 40) / 2];
    const over = document.elementFromPoint(x, y);
    return (style.outlineStyle !== "none" || style.boxShadow !== "none") && box.bottom > 0 && box.top < innerHeight
        && (over === null || at.contains(over) || over.contains(at) || at.labels?.[0]?.contains(over));
}"""
"""Whether what has the focus says so, is in the window, and nothing lies over it."""


@pytest.mark.slow
@pytest.mark.parametrize("path", READERS + NOWHERE)
async def test_axe_finds_nothing_on_a_readers_page(visitor: Visitor, path: str) -> None:
    page = await visitor.open(path)

    assert await examine(page) == []
    assert [said for said in visitor.complaints if "status of 4" not in said] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("who", "paths"),
    [
        ("Official in Wellington", MEMBERS),
        ("Editor", EDITORS),
        ("Community manager", MANAGERS),
        ("Moderator", MODERATORS),
    ],
)
async def test_axe_finds_nothing_on_pages_behind_the_log_in(visitor: Visitor, who: str, paths: tuple[str, ...]) -> None:
    await visitor.log_in(who)
    problems = []
    for path in paths:
        page = await visitor.open(path)
        problems += [f"{path}: {each}" for each in await examine(page)]

    assert problems == []
    assert [said for said in visitor.complaints if "403" not in said] == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "es", "ar"])
async def test_axe_finds_nothing_in_another_language(visitor: Visitor, language: str) -> None:
    await visitor.open(f"/display?language={language}&to=/")
    problems = []
    for path in TRANSLATED:
        page = await visitor.open(path)
        problems += [f"{path}: {each}" for each in await examine(page)]

    assert problems == []


async def test_axe_finds_nothing_on_the_way_to_an_account_and_at_the_wall(visitor: Visitor) -> None:
    page = await visitor.open("/join")
    address = unused_address()
    await page.get_by_label("Your work e-mail address").fill("aroha at health")
    await page.get_by_role("button", name="Send me a code").click()
    problems = await examine(page)
    await page.get_by_label("Your work e-mail address").fill(address)
    await page.get_by_role("button", name="Send me a code").click()
    problems += await examine(page)
    await page.get_by_label("Code").fill(await visitor.site.code_for(address))
    await page.get_by_role("button", name="Go on").click()
    problems += await examine(page)
    await page.get_by_role("button", name="Join", exact=True).click()
    problems += await examine(page)
    for path in ("/articles/bus-lanes-that-people-asked-for", "/articles/water-meters-in-chennai", OPENNESS, WALLED):
        await visitor.open(path)
    problems += await examine(page)

    assert await page.get_by_role("heading", name="You have read your 3 free articles").is_visible()
    assert problems == []


async def test_axe_finds_nothing_where_staff_decide(visitor: Visitor) -> None:
    page = await visitor.log_in("Editor", to="/desk/new")
    await page.get_by_role("button", name="Keep and look at it").click()
    problems = await examine(page)
    await page.get_by_label("Title").fill("The counter that moved")
    await page.get_by_label("Lead").fill("A counter moved four metres, and the queue was gone.")
    await page.get_by_label("By", exact=True).fill("Ingrid Ek")
    await page.get_by_role("button", name="Keep and look at it").click()
    problems += await examine(page)
    await page.get_by_role("link", name="Write on").click()
    problems += await examine(page)

    assert problems == []


async def test_axe_finds_nothing_when_something_went_wrong(visitor: Visitor) -> None:
    page = await visitor.open("/join")
    await page.evaluate("document.querySelector('[name=form_key]').value = 'of another browser'")
    await page.get_by_role("button", name="Send me a code").click()
    problems = await examine(page)
    await visitor.open("/search?q=open&cursor=made-up")
    problems += await examine(page)

    assert problems == []


async def test_axe_finds_nothing_in_the_mailbox(visitor: Visitor) -> None:
    page = visitor.page
    await page.goto(visitor.site.mailbox)
    problems = await examine(page)
    await page.get_by_role("main").get_by_role("link").first.click()
    problems += await examine(page)

    assert problems == []


async def test_no_link_leads_nowhere(visitor: Visitor) -> None:
    """Every address of this site that the reader's pages show answers, whoever follows it."""
    wanted: set[str] = set()
    for path in READERS:
        page = await visitor.open(path)
        found = await page.evaluate("[...document.querySelectorAll('a[href], link[href]')].map(each => each.href)")
        wanted |= {link.split("#")[0] for link in found if link.startswith(visitor.site.url)}

    async with visitor.site.api() as client:
        answers = {link: (await client.get(link, follow_redirects=True)).status_code for link in sorted(wanted)}

    assert {link: status for link, status in answers.items() if status >= 400} == {}


async def test_the_keyboard_finds_main_content_first(visitor: Visitor) -> None:
    page = await visitor.open(OPENNESS)

    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Skip to main content"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("width", [1280, 360])
async def test_where_the_keyboard_is_shows_and_nothing_lies_over_it(visitor: Visitor, width: int) -> None:
    await visitor.page.set_viewport_size({"width": width, "height": 800})
    hidden = []
    for path in ("/", OPENNESS, NEXT, "/surveys/what-stops-you", "/join"):
        page = await visitor.open(path)
        for _ in range(70):
            await page.keyboard.press("Tab")
            if await page.evaluate("document.activeElement === document.body"):
                break  # Once around.
            if not await page.evaluate(SHOWN):
                hidden.append(f"{path}: {await page.evaluate('document.activeElement.outerHTML.slice(0, 160)')}")

    assert hidden == []
