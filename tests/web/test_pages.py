"""Every page: reachable, accessible in every light, whole on a phone and when enlarged, and silent in the console."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.web.conftest import OPENNESS, Visitor

AXE = (Path(__file__).parent / "vendor" / "axe.js").read_text()
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST = ["color-contrast"]

READERS = (
    "/",
    OPENNESS,
    "/articles/one-form-in-stockholm",
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
    "/surveys",
    "/surveys/what-stops-you",
    "/suggestions",
    "/join",
    "/log-in",
    "/nothing-is-here",
)
MEMBERS = ("/account", "/preferences", "/suggestions/new", OPENNESS)
EDITORS = ("/desk", "/desk/new")


SHOWN = """() => {
    const style = getComputedStyle(document.activeElement);
    const box = document.activeElement.getBoundingClientRect();
    return (style.outlineStyle !== "none" || style.boxShadow !== "none") && box.bottom > 0 && box.top < innerHeight;
}"""
"""Whether what has the focus says so, and is in the window."""


async def findings(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe has to say of the page as it is shown now; with ``rules``, only by these."""
    run = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": STANDARD}
    found: list[dict[str, Any]] = await page.evaluate(
        "only => axe.run(document, {runOnly: only, resultTypes: ['violations']}).then(said => said.violations)", run
    )
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


async def examine(page: Page) -> list[str]:
    """The page in light, dark and forced colours, on a phone, and enlarged to twice its size."""
    await page.evaluate(AXE)
    problems = [f"light {each}" for each in await findings(page)]
    await page.emulate_media(color_scheme="dark")
    problems += [f"dark {each}" for each in await findings(page, CONTRAST)]
    await page.emulate_media(color_scheme="light", forced_colors="active")
    problems += [f"forced colours {each}" for each in await findings(page, CONTRAST)]
    await page.emulate_media(color_scheme="light", forced_colors="none")
    # Enlarged to 200%, a window of 1280 pixels has room for 640; a phone has 360, and 400% of 1280 leaves 320.
    for width in (640, 360, 320):
        await page.set_viewport_size({"width": width, "height": 800})
        wide = await page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            problems.append(f"{wide} pixels wide in a window of {width}")
    problems += [f"phone {each}" for each in await findings(page, ["target-size", "scrollable-region-focusable"])]
    await page.set_viewport_size({"width": 1280, "height": 800})
    return problems


@pytest.mark.slow
@pytest.mark.parametrize("path", READERS)
async def test_axe_finds_nothing_on_a_readers_page(visitor: Visitor, path: str) -> None:
    page = await visitor.open(path)

    assert await examine(page) == []
    assert [said for said in visitor.complaints if "404" not in said] == []


@pytest.mark.slow
@pytest.mark.parametrize(("who", "paths"), [("Official in Wellington", MEMBERS), ("Editor", EDITORS)])
async def test_axe_finds_nothing_on_pages_behind_the_log_in(visitor: Visitor, who: str, paths: tuple[str, ...]) -> None:
    await visitor.log_in(who)
    problems = []
    for path in paths:
        page = await visitor.open(path)
        problems += [f"{path}: {each}" for each in await examine(page)]

    assert problems == []
    assert visitor.complaints == []


@pytest.mark.slow
async def test_axe_finds_nothing_in_arabic(visitor: Visitor) -> None:
    await visitor.open("/display?language=ar&to=/")

    assert await examine(visitor.page) == []
    assert await examine(await visitor.open(OPENNESS)) == []


async def test_no_link_leads_nowhere(visitor: Visitor) -> None:
    """Every address of this site that the reader's pages show answers, whoever follows it."""
    wanted: set[str] = set()
    for path in READERS[:-1]:
        page = await visitor.open(path)
        found = await page.evaluate("[...document.querySelectorAll('a[href], link[href]')].map(each => each.href)")
        wanted |= {link.split("#")[0] for link in found if link.startswith(visitor.site.url)}

    async with visitor.site.api() as client:
        answers = {link: (await client.get(link, follow_redirects=True)).status_code for link in sorted(wanted)}

    assert {link: status for link, status in answers.items() if status >= 400} == {}


async def test_the_keyboard_finds_main_content_first_and_always_shows_where_it_is(visitor: Visitor) -> None:
    page = await visitor.open(OPENNESS)

    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Skip to main content"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.querySelector('main').contains(document.activeElement)")
    for _ in range(25):
        await page.keyboard.press("Tab")
        shown = await page.evaluate(SHOWN)
        assert shown, await page.evaluate("document.activeElement.outerHTML")
