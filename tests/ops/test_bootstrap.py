"""The environment is made once, from locked packages, and left alone afterwards."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from ops import bootstrap, locks
from ops.settings import ROOT


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """An environment in which the run's lock was installed to its end."""
    folder = tmp_path / "venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    bootstrap.record(folder, bootstrap.RUN_LOCK)
    return folder


def test_a_prepared_environment_is_used_without_running_anything(
    prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", None)
    monkeypatch.setattr(subprocess, "Popen", None)

    python = bootstrap.prepare(prepared, bootstrap.RUN_LOCK)

    assert python == prepared / "bin" / "python"


def test_another_lock_is_another_installation(prepared: Path, tmp_path: Path) -> None:
    changed = tmp_path / "requirements.txt"
    changed.write_text(bootstrap.RUN_LOCK.read_text() + "# changed\n")

    assert not bootstrap.installed(prepared, changed)


def test_the_developers_lock_covers_the_run(tmp_path: Path) -> None:
    bootstrap.record(tmp_path, bootstrap.DEV_LOCK)

    assert bootstrap.installed(tmp_path, bootstrap.RUN_LOCK)
    assert locks.pins(bootstrap.RUN_LOCK).items() <= locks.pins(bootstrap.DEV_LOCK).items()


def test_an_environment_whose_python_was_removed_is_made_anew(prepared: Path) -> None:
    (prepared / "bin" / "python").unlink()
    (prepared / "bin" / "python").symlink_to("/usr/bin/python-that-was-removed")

    assert not bootstrap.usable(prepared / "bin" / "python")


def test_a_python_without_venv_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())

    with pytest.raises(SystemExit, match=r"this Python has no module ensurepip: install it .*-venv"):
        bootstrap.require_modules()


def test_a_full_disk_is_told_before_pip_unpacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bootstrap, "NEEDED_BYTES", 2**60)

    with pytest.raises(SystemExit, match=r"GiB are free where .* is to be: free"):
        bootstrap.require_space(tmp_path / ".venv")


def test_what_pip_says_becomes_one_line() -> None:
    said = ["Collecting typer==0.29.2", "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "ERROR: more"]

    assert bootstrap.follow(said, 2) == "THESE PACKAGES DO NOT MATCH THE HASHES"


def test_an_old_python_is_told_what_it_takes() -> None:
    script = (ROOT / "plenary").read_text()
    ast.parse(script, feature_version=(3, 6))  # An older one must understand it well enough to say so.
    as_if_ours_were_old = script.replace("OLDEST = (3, 11)", "OLDEST = (3, 99)")

    done = subprocess.run(
        [sys.executable, "-", "up"], input=as_if_ours_were_old, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "and Plenary needs 3.11 or later" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_every_lock_is_current_and_every_package_has_its_hashes() -> None:
    assert locks.check() == []
    for lock in locks.inputs():
        pinned, hashes = 0, 0
        for line in lock.read_text().splitlines():
            pinned += bool(locks.PINNED.match(line))
            hashes += line.strip().startswith("--hash=sha256:")
        assert hashes >= pinned > 0, lock
        assert "http" not in "".join(line for line in lock.read_text().splitlines() if "index" in line)
