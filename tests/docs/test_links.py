"""A link in the documents leads to something that is there; one that names code leads to that code."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from ops.settings import ROOT

LINK = re.compile(r"(?<!!)\[([^\]\n]+(?:\n[^\]\n]+)?)\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
WRITTEN_ELSEWHERE = ("demo/", "gateway/vendor/", "web/static/vendor/")
"""Articles for readers, and what is not ours."""


def documents() -> list[Path]:
    """Every Markdown file that git knows."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    named = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - git
    return [ROOT / name for name in named.stdout.splitlines() if not name.startswith(WRITTEN_ELSEWHERE)]


def anchors(text: str) -> set[str]:
    """What a `#fragment` may name: the headings, as they are shown on a forge."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", documents(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    for text, target in LINK.findall(FENCE.sub("", path.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, fragment = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), target
        assert there.is_relative_to(ROOT), target
        if fragment:
            assert fragment in anchors(there.read_text()), target
        if there.suffix == ".py":
            for name in re.findall(r"`(\w+)`", text):
                assert re.search(rf"\b{name}\b", there.read_text()), f"{target} has no {name}"
