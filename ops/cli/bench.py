"""`plenary bench`: what the platform costs."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.cli.common import command

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Some benches; all if none is named.")]
Rounds = Annotated[int, typer.Option(min=1, max=50, help="How often each is measured, in turns.")]


def bench(names: Names = None, *, rounds: Rounds = 5) -> None:
    """Measure what the platform costs, beside what others cost, and write docs/evidence/bench.md."""
    from ops.bench import run  # noqa: PLC0415 - no other command needs what benches import

    run.run(names or [], rounds)


COMMANDS = (command(bench),)
