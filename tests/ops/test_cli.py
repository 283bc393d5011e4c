"""The commands, as a person or a script calls them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ops import control
from ops.embedded.state import Lock, State
from ops.settings import ROOT, OpsSettings
from ops.troubles import Exit, Trouble


def plenary(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with its state in a folder of the test's own."""
    return subprocess.run(
        [sys.executable, "-m", "ops", *words],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PLENARY_STATE_DIR": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("words", [["status"], ["down"], ["restart", "metering-worker"], ["dead", "list"]])
def test_what_needs_a_running_platform_says_that_none_is(tmp_path: Path, words: list[str]) -> None:
    done = plenary(*words, folder=tmp_path)

    assert done.returncode == Exit.NOT_RUNNING
    assert done.stderr.strip() == "plenary: Plenary is not running: ./plenary up starts it"


def test_a_dry_run_names_what_would_start_and_starts_nothing(tmp_path: Path) -> None:
    done = plenary("up", "--dry-run", folder=tmp_path, PLENARY_PORT_BASE="20000", PLENARY_PORT__GATEWAY="9999")

    assert done.returncode == 0
    assert "mongod                 127.0.0.1:20017" in done.stdout
    assert "gateway                127.0.0.1:9999" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_servers_elsewhere_are_not_started_here(tmp_path: Path) -> None:
    done = plenary("up", "--dry-run", folder=tmp_path, MONGODB_URI="mongodb://db.example/", KAFKA_BROKERS="k:9092")

    assert "mongod" not in done.stdout
    assert "kafka" not in done.stdout
    assert "content-api" in done.stdout


def test_the_doctor_answers_programs_too(tmp_path: Path) -> None:
    done = plenary("doctor", "--json", folder=tmp_path, PLENARY_PORT_BASE="20000")

    findings = {finding["name"]: finding for finding in json.loads(done.stdout)}
    assert findings["Python"]["verdict"] == "fine"
    assert set(findings["disk"]) == {"name", "verdict", "detail", "fix"}


def test_reset_asks_first_and_keeps_what_was_downloaded(tmp_path: Path) -> None:
    state = State(tmp_path)
    state.create()
    state.secret("gateway-key")
    (tmp_path / "kafka").mkdir()

    unsure = plenary("reset", folder=tmp_path)
    there_after_no = state.secrets.exists()
    sure = plenary("reset", "--yes", folder=tmp_path)

    assert (unsure.returncode, there_after_no) == (1, True)
    assert sure.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["kafka"]


def test_an_unknown_word_is_refused_like_everywhere(tmp_path: Path) -> None:
    assert plenary("upp", folder=tmp_path).returncode == 2
    assert plenary("logs", "nobody", folder=tmp_path).returncode == Exit.FAILED


def test_every_command_explains_itself(tmp_path: Path) -> None:
    help_text = plenary("--help", folder=tmp_path).stdout

    for word in ("up", "down", "reset", "doctor", "status", "topics", "logs", "test", "tour", "dead", "lock"):
        assert f"  {word} " in help_text
    assert "5 cannot start" in help_text.replace("\n ", "")


async def test_a_socket_deep_in_a_checkout_still_works(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 100) / ("b" * 100)
    deep.mkdir(parents=True)

    async def answer(question: dict[str, object]) -> dict[str, object]:
        if question["command"] == "kill":
            raise Trouble("no process is called nobody", "there are others", code=Exit.FAILED)
        return {"pid": 1}

    server = await control.serve(deep, answer)
    asked = await asyncio.to_thread(control.call, deep, "ping")
    with pytest.raises(Trouble, match="no process is called nobody: there are others"):
        await asyncio.to_thread(control.call, deep, "kill", process="nobody")
    server.close()

    assert asked == {"pid": 1}


def test_only_one_supervisor_has_a_state_folder(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")

    assert first.acquire()
    assert not second.acquire()
    assert second.holder() is not None
    first.release()
    assert second.holder() is None
    assert second.acquire()
    second.release()


def test_a_secret_is_made_once_and_for_its_owner_only(state: State) -> None:
    first = state.secret("metering/kafka-password")

    assert state.secret("metering/kafka-password") == first
    assert len(first) >= 43  # 256 bits in base64
    assert (state.secrets / "metering" / "kafka-password").stat().st_mode & 0o777 == 0o600
    assert state.root.stat().st_mode & 0o777 == 0o700


def test_a_port_can_be_moved_by_name_but_not_one_that_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLENARY_PORT__METERING_API", "9103")
    moved = OpsSettings().ports["metering-api"]

    monkeypatch.setenv("PLENARY_PORT__NOBODY", "9104")

    assert moved == 9103
    with pytest.raises(ValueError, match="no process is called nobody"):
        _ = OpsSettings().ports
