"""Commands that start and stop the platform."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from ops import control
from ops.cli.common import DryRun, command, settings
from ops.display import LiveProgress, err, out
from ops.embedded.logs import rotate, tail
from ops.embedded.platform import Platform
from ops.embedded.state import Lock, State
from ops.progress import Progress
from ops.settings import ROOT, OpsSettings
from ops.supervisor import Recorder, Supervisor
from ops.troubles import Exit, Trouble
from ops.welcome import welcome

DOWN_WITHIN = 90.0


def up(
    *,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return once everything runs.")] = False,
    servers_only: Annotated[
        bool, typer.Option("--servers-only", help="Only MongoDB and Kafka, for working on a service.")
    ] = False,
    demo: Annotated[
        bool, typer.Option(help="Put in the demo articles, members and webinars if they are missing.")
    ] = True,
    dry_run: DryRun = False,
) -> None:
    """Start everything and show its progress; Ctrl-C stops it all, and data stay."""
    chosen = settings()
    if dry_run:
        explain(chosen, servers_only=servers_only)
        return
    if detach:
        start_detached(chosen, servers_only=servers_only, demo=demo)
        return
    with LiveProgress() as progress:
        recorder = Recorder(progress)
        platform = Platform(settings=chosen, servers_only=servers_only, demo=demo, progress=recorder)
        supervisor = Supervisor(platform, recorder)
        code = asyncio.run(supervisor.run(lambda: out.print(welcome(platform))))
    raise typer.Exit(code)


def explain(chosen: OpsSettings, *, servers_only: bool) -> None:
    """What `up` would start, and where."""
    out.print(f"State folder: {chosen.state_dir.resolve()}")
    for name in chosen.processes(servers_only=servers_only):
        out.print(f"  {name:<22} 127.0.0.1:{chosen.ports[name]}")


def start_detached(chosen: OpsSettings, *, servers_only: bool, demo: bool) -> None:
    """Leave a supervisor running by itself, and follow its progress until it is up."""
    state = State(chosen.state_dir)
    state.create()
    if control.running(state.run):
        raise Trouble(
            "Plenary is already up", "./plenary status shows it, ./plenary down stops it", code=Exit.CANNOT_START
        )
    log = state.logs / "supervisor.log"
    rotate(log, limit=0)
    options = ["--servers-only"] * servers_only + ["--no-demo"] * (not demo)
    with log.open("ab") as file:
        child = subprocess.Popen(
            [sys.executable, "-m", "ops", "up", *options],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            cwd=ROOT,
            start_new_session=True,
        )
    with LiveProgress() as progress:
        follow(state, child, log, progress)
    out.print("\n".join(line for line in tail(log, 200) if not line.startswith(("ready ", "FAILED"))), soft_wrap=True)
    if control.call(state.run, "status")["phase"] == "degraded":
        raise typer.Exit(Exit.UNHEALTHY)


def follow(state: State, child: subprocess.Popen[bytes], log: Path, progress: Progress) -> None:
    """Show another supervisor's steps until it is up."""
    seen: dict[str, list[str]] = {}
    while True:
        if child.poll() is not None:
            raise as_told(log)
        if control.running(state.run):
            status = control.call(state.run, "status")
            for name, step in status["steps"].items():
                if seen.get(name) != step:
                    seen[name] = step
                    progress.step(name, *step)
            if status["phase"] != "starting":
                return
        time.sleep(0.2)


def as_told(log: Path) -> Trouble:
    """The trouble that a detached supervisor ended with."""
    said = [line for line in tail(log, 50) if line.startswith("plenary: ")]
    if not said:
        return Trouble("the supervisor ended", f"see {log}", code=Exit.CANNOT_START)
    return Trouble(said[-1].removeprefix("plenary: "), code=Exit.CANNOT_START)


def down(*, dry_run: DryRun = False) -> None:
    """Stop everything; data stay."""
    state = State(settings().state_dir)
    if dry_run:
        names = [process["name"] for process in control.call(state.run, "status")["processes"]]
        out.print(f"Would stop {', '.join(names)}")
        return
    control.call(state.run, "stop")
    with err.status("Stopping everything; data stay"):
        await_end(state)
    out.print("Plenary is down; its data are kept")


def await_end(state: State) -> None:
    """Return when no supervisor is left."""
    lock = Lock(state.run / "lock")
    deadline = time.monotonic() + DOWN_WITHIN
    while (holder := lock.holder()) is not None:
        if time.monotonic() > deadline:
            raise Trouble(f"the supervisor (pid {holder}) did not end within {DOWN_WITHIN:.0f} s", f"kill {holder}")
        time.sleep(0.1)


def reset(
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Stop everything and remove all data, mail, secrets and logs. What was downloaded stays."""
    state = State(settings().state_dir)
    folders = [folder for folder in (state.data, state.secrets, state.logs, state.config, state.run) if folder.exists()]
    if dry_run:
        out.print("Would remove " + (", ".join(map(str, folders)) or "nothing"))
        return
    if not yes and not typer.confirm(f"Remove all data in {state.root}?"):
        raise typer.Exit(Exit.FAILED)
    if control.running(state.run):
        control.call(state.run, "stop")
        await_end(state)
    for folder in folders:
        shutil.rmtree(folder)
    out.print("All data are removed; ./plenary up starts afresh")


COMMANDS = (command(up), command(down), command(reset))
