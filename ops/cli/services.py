"""Having a service do something itself: its own command, with its own credentials, on the platform that runs here."""

from __future__ import annotations

import subprocess
import sys

from ops import control
from ops.cli.common import settings
from ops.embedded.platform import Platform
from ops.embedded.state import State
from ops.settings import ROOT
from ops.topology import Topology, plan
from ops.troubles import Exit, Trouble


def running_platform() -> Platform:
    """The platform that runs here; a ``Trouble`` if none does."""
    chosen = settings()
    if not control.running(State(chosen.state_dir).run):
        raise Trouble("Plenary is not running", "./plenary up starts it", code=Exit.NOT_RUNNING)
    platform = Platform(settings=chosen)
    platform.topology = Topology((), plan().services)
    return platform


def call(platform: Platform, service: str, *words: str, capture: bool = False) -> subprocess.CompletedProcess[str]:
    """Run ``python -m services.X WORDS``; what it prints goes to the terminal unless captured."""
    return subprocess.run(
        [sys.executable, "-m", f"services.{service}", *words],
        env=platform.environment(service),
        cwd=ROOT,
        check=False,
        text=True,
        stdout=subprocess.PIPE if capture else None,
    )
