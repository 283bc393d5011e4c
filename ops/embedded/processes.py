"""One supervised child process: started, watched, started again when it ends unasked, and stopped cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import psutil

from ops.embedded.logs import tail
from ops.embedded.state import State, write_private
from ops.troubles import Exit, Trouble

LAUNCHER = Path(__file__).with_name("launch.py")

BACKOFF = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before each further start: quick after the first crash, patient with what keeps crashing."""
STEADY = 60.0
"""Seconds after which a process has proved itself, and the next crash counts as the first."""

Condition = Literal["stopped", "starting", "ready", "paused", "waiting", "stopping"]
"""``waiting``: it ended unasked and will be started again after a moment."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Spec:
    """What to run, and how to tell that it can be used."""

    name: str
    command: tuple[str, ...]
    probe: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    stop_within: float = 30.0
    """Seconds between SIGTERM and SIGKILL."""
    backoff: tuple[float, ...] = BACKOFF
    """Seconds before each further start; a rehearsal that kills on purpose has no use for patience."""


class Process:
    """Keeps one child running."""

    def __init__(self, spec: Spec, state: State, say: Say) -> None:
        self.spec = spec
        self.condition: Condition = "stopped"
        self.starts = 0
        self.crashes = 0
        self.last_exit: int | None = None
        self.started_at = 0.0
        self.log = state.logs / f"{spec.name}.log"
        self._pid_file = state.run / f"{spec.name}.json"
        self._say = say
        self._child: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._wanted = False
        self._changed = asyncio.Event()

    @property
    def name(self) -> str:
        """What it is called in commands and logs."""
        return self.spec.name

    @property
    def pid(self) -> int | None:
        """The running child's pid."""
        child = self._child
        return child.pid if child is not None and child.returncode is None else None

    async def start(self, environment: Mapping[str, str] | None = None) -> None:
        """Start it and keep it running; ``environment`` is laid over what the spec says, from now on."""
        if self._keeper is not None and not self._keeper.done():
            return
        if environment:
            self.spec = replace(self.spec, environment={**self.spec.environment, **environment})
        self._wanted = True
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.name}")

    async def ready(self, within: float) -> None:
        """Return once the probe says yes; a ``Trouble`` with its last words if it ends, or takes too long."""
        deadline = time.monotonic() + within
        crashes = self.crashes
        while self.condition != "ready":
            if self.crashes > crashes + 2 or not self._wanted:
                raise self.trouble(f"{self.name} stopped right after its start (exit code {self.last_exit})")
            left = deadline - time.monotonic()
            if left <= 0:
                raise self.trouble(f"{self.name} was not ready within {within:.0f} s")
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), left)

    def trouble(self, cause: str) -> Trouble:
        """What to tell the person when this process does not do."""
        said = [line for line in tail(self.log, 20) if line.strip()]
        last = f" Its last words: {said[-1][:300]}" if said else ""
        return Trouble(f"{cause}.{last}", f"see {self.log}", code=Exit.CANNOT_START)

    async def stop(self, within: float | None = None) -> None:
        """Ask it to end, and insist after ``within`` seconds."""
        self._wanted = False
        child = self._child
        if child is not None and child.returncode is None:
            self._become("stopping")
            self._signal(signal.SIGTERM)
            self._signal(signal.SIGCONT)
            try:
                await asyncio.wait_for(child.wait(), self.spec.stop_within if within is None else within)
            except TimeoutError:
                self._say(f"{self.name} did not end in time and was killed")
                self._signal(signal.SIGKILL)
                await child.wait()
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
        self._pid_file.unlink(missing_ok=True)
        self._become("stopped")

    async def kill(self) -> None:
        """End it with SIGKILL, as a crash would; it is started again like after any crash. Returns once it is gone."""
        child = self._child
        if child is None or child.returncode is not None:
            return
        self._signal(signal.SIGKILL)
        await child.wait()

    def pause(self) -> None:
        """Freeze it where it stands (SIGSTOP)."""
        self._signal(signal.SIGSTOP)
        self._become("paused")

    def resume(self) -> None:
        """Let it go on (SIGCONT)."""
        self._signal(signal.SIGCONT)
        self._become("ready")

    async def restart(self, environment: Mapping[str, str] | None = None) -> None:
        """Stop it cleanly and start it, with more environment if given."""
        await self.stop()
        await self.start(environment)

    def _signal(self, number: int) -> None:
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def _become(self, condition: Condition) -> None:
        self.condition = condition
        self._changed.set()

    async def _spawn(self) -> None:
        # The child appends to its log by itself, so that a busy or frozen supervisor never holds it up.
        with self.log.open("ab") as log:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                "-S",
                str(LAUNCHER),
                str(os.getpid()),
                *self.spec.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.spec.environment),
                cwd=self.spec.folder,
                start_new_session=True,  # Ctrl-C at the terminal is the supervisor's alone.
            )
        self.starts += 1
        self.started_at = time.time()
        self._remember()
        self._become("starting")

    def _remember(self) -> None:
        """Leave who is running for a supervisor that comes after one that was killed."""
        with contextlib.suppress(psutil.NoSuchProcess):
            born = psutil.Process(self._child.pid).create_time() if self._child else 0.0
            record = {"name": self.name, "pid": self._child.pid if self._child else 0, "born": born}
            write_private(self._pid_file, json.dumps(record))

    async def _keep(self) -> None:
        failures = 0
        while True:
            child = self._child
            if child is None:
                raise AssertionError("kept before it was started")
            prober = asyncio.create_task(self._probe())
            try:
                self.last_exit = await child.wait()
            finally:
                prober.cancel()
            if not self._wanted:
                return
            self.crashes += 1
            failures = 1 if time.time() - self.started_at > STEADY else failures + 1
            pause = self.spec.backoff[min(failures, len(self.spec.backoff)) - 1]
            self._become("waiting")
            self._say(f"{self.name} ended unasked ({describe_exit(self.last_exit)}); starting it again in {pause:g} s")
            await asyncio.sleep(pause)
            await self._spawn()

    async def _probe(self) -> None:
        pause = 0.05
        while self.condition == "starting":
            if await self.spec.probe():
                self._become("ready")
                return
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.5)


def describe_exit(code: int | None) -> str:
    """``SIGKILL`` or ``exit code 3``."""
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


async def end_leftovers(state: State, say: Say, within: float = 20.0) -> None:
    """End what a killed supervisor left running: each child whose pid and time of birth are those on record."""
    left: list[psutil.Process] = []
    for record_file in state.run.glob("*.json"):
        record = json.loads(record_file.read_text())
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(record["pid"])
            if process.create_time() == record["born"] and process.status() != psutil.STATUS_ZOMBIE:
                say(f"{record['name']} was still running from before; ending it")
                left.append(process)
        record_file.unlink()
    await asyncio.to_thread(_end, left, within)


def _end(processes: list[psutil.Process], within: float) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
            process.resume()
    _, stubborn = psutil.wait_procs(processes, timeout=within)
    for process in stubborn:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(stubborn, timeout=5)
