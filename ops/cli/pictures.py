"""`plenary pictures`: the site as people see it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.cli.common import command, settings

Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Some pictures, such as home wall.")]


def pictures(
    names: Names = None,
    *,
    every: Annotated[bool, typer.Option("--every", help="Of every page, not only those that are kept.")] = False,
    whole: Annotated[bool, typer.Option("--whole", help="Pages to their end, not only their first screen.")] = False,
    folder: Annotated[Path | None, typer.Option(help="Where to, instead of docs/pictures.")] = None,
) -> None:
    """Take pictures of the running site: three widths, light and dark. It joins and writes a little to get there."""
    from ops.pictures import run  # noqa: PLC0415 - no other command needs a browser
    from ops.pictures.scenes import KEPT  # noqa: PLC0415

    chosen = names or ([] if every else KEPT)
    run.run(settings(), run.Asked(chosen, folder or run.FOLDER, whole))


COMMANDS = (command(pictures),)
