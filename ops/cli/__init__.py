"""The commands. Each module holds a few that belong together."""

from __future__ import annotations

import sys

import typer

from ops.cli import bench, elsewhere, inside, look, pictures, rebuild, run, work
from ops.cli.dead import dead
from ops.display import complain
from ops.troubles import Trouble

EXITS = "Exit codes: 0 fine, 1 failed, 2 wrong option, 3 not running, 4 running but not healthy, 5 cannot start."

app = typer.Typer(
    name="plenary",
    help="Runs Plenary on this machine, with a real MongoDB, Kafka and Envoy, and looks after it.",
    epilog=EXITS,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (run, look, inside, rebuild, work, elsewhere, bench, pictures):
    for command in module.COMMANDS:
        app.command(**command.options)(command.function)
app.add_typer(dead, name="dead")


def main() -> None:
    """Run the command; whatever is in the way is told in one line."""
    try:
        app()
    except Trouble as trouble:
        complain(trouble)
        sys.exit(trouble.code)
    except KeyboardInterrupt:
        sys.exit(130)
