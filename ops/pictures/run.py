"""Takes the pictures: every scene in every width, light and dark, and no larger than they need to be."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ops import chromium, control
from ops.display import out
from ops.embedded.state import State
from ops.pictures.scenes import SCENES, Scene
from ops.pictures.studio import Studio
from ops.settings import ROOT, OpsSettings
from ops.troubles import Exit, Trouble

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

FOLDER = ROOT / "docs" / "pictures"
WIDTHS = (360, 768, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
HEIGHT = 900


@dataclass(frozen=True)
class Asked:
    """Which pictures, and where to."""

    names: Collection[str]
    folder: Path
    whole: bool
    """The page to its end, and not just its first screen."""


def run(settings: OpsSettings, asked: Asked) -> None:
    """Take them."""
    if not control.running(State(settings.state_dir).run):
        raise Trouble("Plenary is not up", "./plenary up --detach", code=Exit.NOT_RUNNING)
    asked.folder.mkdir(parents=True, exist_ok=True)
    taken = asyncio.run(_take(settings, asked))
    missing = set(asked.names) - {path.stem.rsplit("-", 2)[0] for path in taken}
    if missing:
        raise Trouble(f"no scene shows {', '.join(sorted(missing))}", "they are in ops/pictures/scenes.py")
    before, after = shrunk(taken)
    out.print(f"{len(taken)} pictures in {asked.folder}: {after / 1e6:.1f} MB, of {before / 1e6:.1f} MB as taken")


async def _take(settings: OpsSettings, asked: Asked) -> list[Path]:
    taken: list[Path] = []
    async with chromium.launched() as browser:
        for scene in SCENES:
            taken += await _play(browser, settings, scene, asked)
    return taken


async def _play(browser: Browser, settings: OpsSettings, scene: Scene, asked: Asked) -> list[Path]:
    context = await browser.new_context(
        viewport={"width": WIDTHS[-1], "height": HEIGHT}, locale=scene.language, timezone_id="Europe/London"
    )
    context.set_default_timeout(15_000)
    studio = Studio(settings, await context.new_page())
    if scene.who:
        await studio.log_in(scene.who)
    taken: list[Path] = []
    async for name in scene.act(studio):
        if not asked.names or name in asked.names:
            taken += await _shoot(studio.page, name, asked)
    await context.close()
    return taken


async def _shoot(page: Page, name: str, asked: Asked) -> list[Path]:
    """The page as it stands, in every width and light."""
    taken = []
    await page.mouse.move(0, 0)
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": HEIGHT})
            path = asked.folder / f"{name}-{width}-{scheme}.png"
            await page.screenshot(path=path, full_page=asked.whole, animations="disabled", caret="hide")
            taken.append(path)
    out.print(f"  {name}")
    return taken


def shrunk(paths: Collection[Path]) -> tuple[int, int]:
    """Let pngquant leave each picture the colours that it needs; returns all bytes before and after."""
    before = sum(path.stat().st_size for path in paths)
    quantizer = shutil.which("pngquant")
    if quantizer is None:
        raise Trouble("the pictures are taken, but large: there is no pngquant", "apt-get install pngquant")
    if paths:
        subprocess.run(
            [quantizer, "--force", "--ext", ".png", "--strip", "--nofs", "64", "--", *map(str, paths)], check=True
        )
    return before, sum(path.stat().st_size for path in paths)
