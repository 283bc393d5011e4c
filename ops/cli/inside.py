"""Commands that do something to one process, to rehearse what happens when it dies, hangs, or lives in another week."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from ops import control
from ops.cli.common import command, settings
from ops.display import out
from ops.embedded.state import State
from ops.troubles import Exit, Trouble

Name = Annotated[str, typer.Argument(metavar="PROCESS", help="As in ./plenary status, such as metering-worker.")]

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def ask(question: str, **arguments: Any) -> None:
    """Ask the supervisor."""
    control.call(State(settings().state_dir).run, question, **arguments)


def seconds(text: str) -> int:
    """``90``, ``15m``, ``24h``, ``-3d``."""
    found = re.fullmatch(r"(-?\d+)([smhd]?)", text)
    if not found:
        raise Trouble(f"{text!r} is no length of time", "write 90, 15m, 24h or 3d", code=Exit.FAILED)
    return int(found.group(1)) * UNITS[found.group(2) or "s"]


def restart(
    process: Name,
    clock_offset: Annotated[
        str | None, typer.Option(help="Have its clock run ahead, such as 24h or 3d; 0 sets it right again.")
    ] = None,
) -> None:
    """Stop one process cleanly and start it again."""
    ask("restart", process=process, clock_offset=None if clock_offset is None else seconds(clock_offset))
    out.print(f"{process} was started again and is ready")


def kill(process: Name) -> None:
    """Kill one process (SIGKILL), as a crash would; it is started again by itself."""
    ask("kill", process=process)
    out.print(f"{process} was killed; ./plenary status shows it coming back")


def pause(process: Name) -> None:
    """Freeze one process (SIGSTOP) until `resume`."""
    ask("pause", process=process)
    out.print(f"{process} is frozen; ./plenary resume {process} lets it go on")


def resume(process: Name) -> None:
    """Let a frozen process go on."""
    ask("resume", process=process)
    out.print(f"{process} goes on")


def halt(process: Name) -> None:
    """Stop one process cleanly and leave it stopped; `restart` starts it again."""
    ask("halt", process=process)
    out.print(f"{process} is stopped; ./plenary restart {process} starts it again")


COMMANDS = (command(restart), command(halt), command(kill), command(pause), command(resume))
