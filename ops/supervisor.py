"""`plenary up`: one process that starts everything, watches it, answers commands, and stops it all cleanly."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from typing import Any, Literal

from ops import control
from ops.embedded.platform import Platform
from ops.progress import Progress, Stage
from ops.troubles import Exit, Trouble

Phase = Literal["starting", "up", "degraded", "stopping"]


class Recorder:
    """Remembers progress for commands that ask, and passes it on to whoever shows it here."""

    KEPT = 200

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self.steps: dict[str, tuple[Stage, str]] = {}
        self.said: list[str] = []

    def step(self, name: str, stage: Stage, detail: str = "") -> None:
        """Keep the newest stage of each step."""
        self.steps[name] = (stage, detail)
        self._shown.step(name, stage, detail)

    def say(self, line: str) -> None:
        """Keep the last lines."""
        self.said = [*self.said[-self.KEPT :], line]
        self._shown.say(line)


class Supervisor:
    """The platform with its commands."""

    def __init__(self, platform: Platform, recorder: Recorder) -> None:
        self._platform = platform
        self._recorder = recorder
        self._stop = asyncio.Event()
        self._since = time.time()
        self.phase: Phase = "starting"

    async def run(self, when_up: Callable[[], None]) -> Exit:
        """Start, call ``when_up``, and stay until told to stop by a signal or a command."""
        self._listen_to_signals()
        platform = self._platform
        platform.claim()
        server = await control.serve(platform.state.run, self.answer)
        try:
            starting = asyncio.create_task(self._start(when_up))
            stopping = asyncio.create_task(self._stop.wait())
            await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                await stopping
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
        finally:
            self.phase = "stopping"
            await platform.stop()
            server.close()
            platform.release()
        return Exit.FINE

    async def _start(self, when_up: Callable[[], None]) -> None:
        await self._platform.bring_up()
        self.phase = "degraded" if self._platform.failures else "up"
        when_up()

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._told_to_stop)

    def _told_to_stop(self) -> None:
        if self._stop.is_set():
            self._recorder.say("Still stopping; whatever is left will be ended in at most 30 s")
        else:
            self._recorder.say("Stopping everything; data stay")
        self._stop.set()

    async def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Do what a command asks."""
        platform, name = self._platform, str(question.get("process", ""))
        match question["command"]:
            case "ping":
                return {"pid": os.getpid()}
            case "status":
                return self._status()
            case "stop":
                self._told_to_stop()
            case "restart":
                await platform.restart(name, question.get("environment"), clock_offset=question.get("clock_offset"))
            case "kill":
                await platform.kill(name)
            case "pause":
                platform.pause(name)
            case "resume":
                platform.resume(name)
            case "halt":
                await platform.halt(name)
            case unknown:
                raise Trouble(f"the supervisor knows no command {unknown!r}", "it may be an older one: ./plenary down")
        return {}

    def _status(self) -> dict[str, Any]:
        platform = self._platform
        return {
            "phase": self.phase,
            "pid": os.getpid(),
            "uptime_seconds": round(time.time() - self._since, 1),
            "failures": {name: trouble.cause for name, trouble in platform.failures.items()},
            "steps": {name: list(step) for name, step in self._recorder.steps.items()},
            "said": self._recorder.said,
            "processes": [
                {
                    "name": process.name,
                    "condition": process.condition,
                    "pid": process.pid,
                    "port": platform.ports[process.name],
                    "started_at": process.started_at,
                    "crashes": process.crashes,
                    "last_exit": process.last_exit,
                }
                for process in platform.processes.values()
            ],
        }
