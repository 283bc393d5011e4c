"""Style, types and the locks, held to what CONTRIBUTING.md says: whoever runs the tests has run these too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

CHECKS = {
    "style": ("ruff", "check"),
    "format": ("ruff", "format", "--check"),
    "types": ("mypy", "services", "shared", "ops", "gateway", "demo", "web"),
    "locks": ("ops", "lock", "--check"),
}


@pytest.mark.slow
@pytest.mark.parametrize("command", CHECKS.values(), ids=CHECKS)
def test_the_checkout_is_as_every_change_must_leave_it(command: tuple[str, ...]) -> None:
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_for_contributors_names_these_checks() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text()

    for tool, *words in CHECKS.values():
        spoken = f"./plenary {' '.join(words)}" if tool == "ops" else " ".join((f".venv/bin/{tool}", *words))
        assert f"`{spoken}`" in page, spoken
