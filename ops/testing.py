"""`plenary test`: the whole suite, on servers that are started for it and thrown away afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ops.display import LiveProgress
from ops.doctor import can_listen
from ops.embedded.platform import Platform
from ops.embedded.state import Lock
from ops.ports import DISTANCES
from ops.settings import ROOT
from ops.troubles import Trouble

PORT_BASE, HIGHEST_BASE = 12_000, 31_000
"""Away from a platform that runs on the usual ports, and below those that the kernel hands out (32768 and up)."""
STEP = 1_200
"""More than the distance between a platform's lowest and highest port."""

WHOLE_SUITE = ("-n", "2", "--dist", "loadscope", "--no-loadscope-reorder")
"""Two workers, because half of the suite's time is waiting for servers; `tests/conftest.py` says who gets what."""

MONGODB, KAFKA = "PLENARY_TEST_MONGODB_URI", "PLENARY_TEST_KAFKA_BROKERS"
"""Set both to run the tests on servers of your own."""


def run(arguments: Sequence[str]) -> int:
    """Run pytest; returns its exit code."""
    if os.environ.get(MONGODB) and os.environ.get(KAFKA):
        return pytest(arguments, {})
    with (
        tempfile.TemporaryDirectory(prefix="plenary-test-") as folder,
        LiveProgress() as progress,
        servers(Path(folder), progress) as platform,
    ):
        return pytest(arguments, environment(platform))


def servers(folder: Path, progress: LiveProgress | None = None) -> Platform:
    """MongoDB and Kafka for tests, not started yet."""
    return Platform(folder, free_base(), servers_only=True, open_kafka=True, progress=progress)


_claimed: dict[int, Lock] = {}
"""Bases that this process has, until it ends."""


def free_base() -> int:
    """A base of ports on which nobody listens, and which no other process of tests will take meanwhile."""
    for base in range(PORT_BASE, HIGHEST_BASE, STEP):
        lock = _claimed.get(base) or Lock(Path(tempfile.gettempdir(), f"plenary-ports-{os.getuid()}-{base}.lock"))
        if (base in _claimed or lock.acquire()) and all(can_listen(base + each) for each in DISTANCES.values()):
            _claimed[base] = lock
            return base
        if base not in _claimed:
            lock.release()
    raise Trouble(f"between the ports {PORT_BASE} and {HIGHEST_BASE} there is no room for test servers", "stop some")


def environment(platform: Platform) -> dict[str, str]:
    """How tests find these servers."""
    return {MONGODB: platform.mongodb_uri, KAFKA: platform.open_brokers or ""}


def pytest(arguments: Sequence[str], more: dict[str, str]) -> int:
    """Run it in the checkout: all of it side by side, or what ``arguments`` ask for as they ask for it."""
    command = [sys.executable, "-m", "pytest", *(arguments or WHOLE_SUITE)]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **more}, check=False).returncode
