"""The page on security leads, row by row, to tests that there are."""

from __future__ import annotations

import re

import pytest

from ops.settings import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| where", "| risk"))]
LINK = re.compile(r"\[`(\w+)`\]\(\.\./(tests/[\w/]+\.py)\)")

BAD_INPUT = {
    *("anywhere", "tokens", "refresh", "log-in", "links", "meter", "article body", "comments", "others' things"),
    *("mail and calendar", "logs"),
}
"""Where strangers try; partner webhooks will be another."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row.split()[1:5]))
def test_every_row_names_tests_that_there_are(row: str) -> None:
    shown_by = LINK.findall(row.rsplit(" | ", 1)[1])

    assert shown_by
    for name, path in shown_by:
        assert re.search(rf"^(async )?(def|class) {name}\b", (ROOT / path).read_text(), re.MULTILINE), f"{path} {name}"


def test_no_place_and_no_risk_is_left_out() -> None:
    first = [row.split("|")[1].strip() for row in ROWS]

    assert set(first) >= BAD_INPUT
    assert [name.split()[0] for name in first if name.startswith("API")] == [f"API{n}" for n in range(1, 11)]
