"""Commands that look and change nothing."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from ops import doctor as examination
from ops import kafka_admin
from ops import status as health
from ops.cli.common import Json, command, print_json, settings
from ops.display import bytes_text, coloured, duration_text, out, table
from ops.embedded.logs import tail
from ops.embedded.platform import Platform
from ops.embedded.state import State
from ops.topology import plan
from ops.troubles import Exit, Trouble


def status(*, as_json: Json = False) -> None:
    """Show every process: its pid, memory, health, and how far behind each service is."""
    found = health.gather(settings())
    if as_json:
        print_json(found)
    else:
        show_status(found)
    if not found["healthy"]:
        raise typer.Exit(Exit.UNHEALTHY)


def show_status(found: dict[str, Any]) -> None:
    """The table."""
    columns = ("process", "health", "condition", "pid", "port", "memory", "cpu", "for", "crashes", "lag")
    out.print(table(columns, [status_row(process, found["lag"]) for process in found["processes"]]))
    total = bytes_text(found["memory_bytes"])
    out.print(f"\n{found['phase']} for {duration_text(found['uptime_seconds'])}, {total} of memory in all")


def status_row(process: dict[str, Any], lag: dict[str, int | None]) -> list[Text]:
    """One process."""
    service, _, role = process["name"].partition("-")
    behind = lag.get(service) if role == "worker" else None
    return [
        Text(process["name"]),
        coloured("well" if process["healthy"] else "ill", good=process["healthy"]),
        Text(process["condition"]),
        Text(str(process["pid"] or "-")),
        Text(str(process["port"])),
        Text(bytes_text(process["memory_bytes"])),
        Text(f"{process['cpu_percent']:.1f} %"),
        Text(duration_text(process["uptime_seconds"])),
        Text(str(process["crashes"])),
        Text("" if behind is None else str(behind)),
    ]


def topics(*, as_json: Json = False) -> None:
    """Show every topic: who writes it, who reads it, and how many records it holds."""
    platform = Platform(settings=settings())
    layout = plan()
    if not kafka_admin.reachable(platform.kafka):
        raise Trouble("Kafka does not answer", "./plenary up starts it", code=Exit.NOT_RUNNING)
    held = kafka_admin.records(kafka_admin.connect(platform.kafka), [topic.name for topic in layout.topics])
    rows = [
        {
            "topic": topic.name,
            "partitions": held.get(topic.name, (0, 0))[0],
            "records": held.get(topic.name, (0, 0))[1],
            "kept": topic.config["cleanup.policy"],
            "writer": topic.name.split(".", 1)[0],
            "readers": [service.name for service in layout.services if topic.name in service.reads],
        }
        for topic in layout.topics
    ]
    if as_json:
        print_json(rows)
        return
    shown = [[Text(", ".join(cell) if isinstance(cell, list) else str(cell)) for cell in row.values()] for row in rows]
    out.print(table(rows[0], shown))


def logs(
    process: Annotated[str, typer.Argument(help="Such as metering-worker, kafka or supervisor.")],
    *,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, max=5000, help="How many of the last lines.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on showing what is added.")] = False,
) -> None:
    """Show a process's log."""
    folder = State(settings().state_dir).logs
    log = folder / f"{process}.log"
    known = sorted(path.stem for path in folder.glob("*.log")) if folder.exists() else []
    if process not in known:
        raise Trouble(f"there is no log of {process}", f"there are {', '.join(known) or 'none yet'}")
    for line in tail(log, lines):
        sys.stdout.write(line + "\n")
    if follow:
        follow_log(log)


def follow_log(log: Path) -> None:
    """Show what is added, from the start again when the log was cut."""
    with log.open(errors="replace") as file:
        file.seek(0, 2)
        while True:
            if log.stat().st_size < file.tell():
                file.seek(0)
            sys.stdout.write(file.read())
            sys.stdout.flush()
            time.sleep(0.25)


def doctor(*, as_json: Json = False) -> None:
    """Check everything that could keep Plenary from starting or running, each with its fix."""
    findings = examination.examine(settings())
    if as_json:
        print_json([finding.as_data() for finding in findings])
    else:
        marks = {"fine": ("fine", True), "warning": ("look", False), "problem": ("problem", False)}
        rows = [
            [coloured(marks[f.verdict][0], good=marks[f.verdict][1]), Text(f.name), Text(f.detail), Text(f.fix)]
            for f in findings
        ]
        out.print(table(("", "check", "found", "what to do"), rows))
    if any(finding.verdict == "problem" for finding in findings):
        raise typer.Exit(Exit.UNHEALTHY)


COMMANDS = (command(status), command(topics), command(logs), command(doctor))
