"""Chromium as tests, pictures and benches drive it: Debian's own, by Playwright, talking to nobody but the site."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ops.troubles import Trouble

if TYPE_CHECKING:
    from playwright.async_api import Browser

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    # A browser under test has nobody to report to.
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
MISSING = Trouble("there is no Chromium", "apt-get install chromium, or PLENARY_CHROMIUM=/path/to/it")


def found() -> str | None:
    """Where it is."""
    return os.environ.get("PLENARY_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """A running browser; a ``Trouble`` where there is none."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - a tool, which running Plenary does without

    path = found()
    if path is None:
        raise MISSING
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()
