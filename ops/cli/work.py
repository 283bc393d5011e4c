"""Commands for those who work on Plenary."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from ops import locks, rendering, testing
from ops import topology as declaration
from ops.cli.common import Json, command, print_json, settings
from ops.display import out
from ops.settings import ROOT
from ops.troubles import Trouble

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def test(context: typer.Context) -> None:
    """Run the tests, on real servers that are started for them; further words go to pytest."""
    raise typer.Exit(testing.run(context.args))


def tour(*, as_json: Json = False) -> None:
    """Play the main journey against the running platform, and show each event and who reacted to it."""
    from ops import tour as journey  # noqa: PLC0415 - it knows Kafka, MongoDB and calendars, and other commands need not

    journey.run(settings(), as_json=as_json)


def faults(
    scenarios: Annotated[list[str] | None, typer.Argument(help="Such as S1 S7; all of them if left out.")] = None,
    *,
    seed: Annotated[int | None, typer.Option(help="Repeat the chances of a run that printed it.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="The most telling ones at a tenth of the load.")] = False,
    scale: Annotated[float | None, typer.Option(help="Another part of the load.", min=0.001, max=10)] = None,
    keep: Annotated[Path | None, typer.Option(help="Keep logs, data and the ledger in this folder.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write the page with pictures into this folder.")] = None,
) -> None:
    """Rehearse the fault matrix on a platform of its own, and tell what was lost, doubled or stuck."""
    rehearsal = importlib.import_module("ops.faults.run")
    asked = rehearsal.Asked(scenarios or [], seed=seed, quick=quick, scale=scale, keep=keep, report=report)
    results = rehearsal.run(asked)
    raise typer.Exit(int(any(result.findings for result in results)))


def lock(
    *,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; fail if a lock is not current.")] = False,
    upgrade: Annotated[bool, typer.Option("--upgrade", help="Take the newest versions that are allowed.")] = False,
) -> None:
    """Write the requirements files anew from every pyproject.toml: exact versions, each with its hashes."""
    stale = locks.check() if check else locks.write(upgrade=upgrade)
    for path in stale:
        out.print(f"{'not current: ' if check else 'wrote '}{path.relative_to(ROOT)}")
    if check and stale:
        raise Trouble(f"{len(stale)} locks are not current", "./plenary lock")


def topology(
    *,
    write: Annotated[bool, typer.Option("--write", help="Write deploy/topology.yaml.")] = False,
    as_json: Json = False,
) -> None:
    """Show who may write and read what: topics, Kafka's access lists and MongoDB's users, from one declaration."""
    plan = declaration.plan()
    if plan.troubles:
        name, trouble = next(iter(plan.troubles.items()))
        raise Trouble(
            f"{name}'s tables cannot be imported ({trouble})", f"see python -c 'import services.{name}.consumers'"
        )
    if as_json:
        print_json(plan.as_data())
    elif write:
        declaration.RENDERED.parent.mkdir(exist_ok=True)
        declaration.RENDERED.write_text(declaration.render(plan))
        out.print(f"wrote {declaration.RENDERED.relative_to(ROOT)}")
    else:
        sys.stdout.write(declaration.render(plan))


def render(
    *,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; fail if a file is not current.")] = False,
) -> None:
    """Write everything anew that is made from code: the topology, the event table, the OpenAPI document, deploy/."""
    changed = sorted(rendering.stale()) if check else rendering.write()
    for path in changed:
        out.print(f"{'not current: ' if check else 'wrote '}{path.relative_to(ROOT)}")
    if check and changed:
        raise Trouble(f"{len(changed)} files are not what the code says", "./plenary render")


COMMANDS = (
    command(test, context_settings=PASS_ON),
    command(tour),
    command(faults),
    command(lock),
    command(topology),
    command(render),
)
