"""`plenary bench`: what the platform costs."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.cli.common import command, settings
from ops.display import out

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Some benches; all if none is named.")]
Rounds = Annotated[int, typer.Option(min=1, max=50, help="How often each is measured, in turns.")]


def bench(
    names: Names = None,
    *,
    rounds: Rounds = 5,
    setup_peers: Annotated[
        bool, typer.Option("--setup-peers", help="Install what Plenary is compared with into the state folder.")
    ] = False,
) -> None:
    """Measure what the platform costs, beside what others cost, and write docs/evidence/bench.md."""
    # No other command needs what benches import.
    from ops.bench import run  # noqa: PLC0415
    from ops.bench.peers import setup  # noqa: PLC0415

    if setup_peers:
        setup.set_up(setup.Peers(settings().state_dir), out.print)
        if not names:
            return
    run.run(names or [], rounds)


COMMANDS = (command(bench),)
