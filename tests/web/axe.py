"""What axe-core finds on a page, and whether it fits, in every light and width."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe.js").read_text()
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST = ["color-contrast"]


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
