"""The minute's tour of the README, typed as it stands there."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

from ops.settings import ROOT
from tests.journeys.conftest import Site

TOUR = (ROOT / "README.md").read_text().partition("## A minute's tour")[2].partition("## ")[0]


def commands() -> list[str]:
    """Each command of the tour, whole, without its comment."""
    (block,) = re.findall(r"```sh\n(.*?)```", TOUR, re.DOTALL)
    return [line.partition("   #")[0] for line in block.replace("\\\n", " ").splitlines() if line.strip()]


async def typed(command: str, folder: Path, **shell: Any) -> tuple[str, str]:
    """What a shell answers, and the status that the server answered with."""
    child = await asyncio.create_subprocess_shell(
        f"{command} -w '\\n%{{http_code}}'", cwd=folder, stdout=asyncio.subprocess.PIPE, **shell
    )
    said, _ = await child.communicate()
    body, _, status = said.decode().rpartition("\n")
    return body, status


async def test_every_line_of_the_minutes_tour_does_what_it_says(site: Site, tmp_path: Path) -> None:
    lines = commands()

    answers = [await typed(line.replace("http://127.0.0.1:8080", site.url), tmp_path) for line in lines]

    assert len(lines) == 4
    assert [status for _, status in answers] == ["200", "200", "200", "202"]
    assert '"limit"' in answers[0][0]
    assert '"items"' in answers[1][0]
    assert '"used"' in answers[2][0]
    assert (await site.mail_to("aroha@health.govt.nz", ""))["text"]
