"""A command that a document tells to type is one that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from ops.cli import app
from ops.settings import ROOT
from tests.docs.test_links import documents

TREE = typer.main.get_command(app)


def known(words: list[str]) -> bool:
    """Whether the first word, or the first two where it is a group, name a command."""
    commands = getattr(TREE, "commands", {})
    if words[0] not in commands:
        return False
    below = getattr(commands[words[0]], "commands", None)
    return below is None or len(words) < 2 or words[1] in below


@pytest.mark.parametrize(
    "path",
    [path for path in documents() if "./plenary " in path.read_text()],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_plenary_command_that_is_spoken_of_exists(path: Path) -> None:
    for quoted, typed in re.findall(r"`\./plenary ([^`]+)`|^\./plenary ([^#\n]+)", path.read_text(), re.MULTILINE):
        words = re.findall(r"^(?!-)[a-z-]+(?: [a-z][a-z-]*)?", quoted or typed)
        assert not words or known(words[0].split()), quoted or typed


def test_the_operators_page_lists_every_command() -> None:
    page = (ROOT / "ops/README.md").read_text()
    table = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]

    listed = {quoted.split()[0] for cell in table for quoted in re.findall(r"`([^`]*)`", cell)}
    assert set(getattr(TREE, "commands", {})) <= listed
