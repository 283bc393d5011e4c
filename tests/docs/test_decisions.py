"""A decision is one page: context, decision, consequences, alternatives, and the check that enforces it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ops.settings import ROOT

FOLDER = ROOT / "docs" / "decisions"
PARTS = ["Context", "Decision", "Consequences", "Alternatives", "Check"]
FOLDERS = "tests|services|shared|ops|gateway|web|deploy|docs|requirements|demo"
NAMED = re.compile(rf"`((?:{FOLDERS})/[\w./*-]+|pyproject\.toml|Dockerfile)(?:::(\w+))?`")
RECORDS = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_a_record_has_its_five_parts_and_a_line_to_quote(path: Path) -> None:
    text = path.read_text()

    assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == PARTS
    assert re.search(r"^\*\*Decision\.\*\* \*", text, re.MULTILINE), "it begins with the line people will quote"
    assert len(text.splitlines()) <= 70


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_what_a_record_names_is_there_and_something_enforces_it(path: Path) -> None:
    text = path.read_text()

    for named, test in NAMED.findall(text):
        assert list(ROOT.glob(named.rstrip("/"))), named
        if test:
            assert f"def {test}(" in (ROOT / named).read_text(), test
    checks = NAMED.findall(text.partition("**Check.**")[2])
    assert any(named.startswith("tests/") or named == "pyproject.toml" for named, _ in checks)


def test_every_record_that_code_names_is_there() -> None:
    for folder in ("services", "shared", "ops", "gateway", "web"):
        for path in (ROOT / folder).rglob("*.py"):
            for named in re.findall(r"docs/decisions/([\w-]+\.md)", path.read_text()):
                assert (FOLDER / named).exists(), f"{path.relative_to(ROOT)} names {named}"


def test_no_lock_holds_what_was_decided_against() -> None:
    """Motor, and the stand-ins for servers that agree with the real ones until it matters."""
    for lock in [*ROOT.glob("**/requirements.txt"), ROOT / "requirements" / "dev.txt"]:
        names = set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", lock.read_text(), re.MULTILINE))
        assert not names & {"motor", "beanie", "mongomock", "pymongo-inmemory", "kafka-python", "pyjwt"}, lock
