"""What a service keeps, made again from the log by that service's own command."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.text import Text

from ops.cli.common import DryRun, Json, command, print_json
from ops.cli.services import call, running_platform
from ops.display import out, table
from ops.troubles import Exit, Trouble


class What(StrEnum):
    """What can be made again."""

    METERS = "meters"
    COMMENT_COUNTS = "comment-counts"


KEEPERS = {What.METERS: "metering", What.COMMENT_COUNTS: "content"}
"""Which service keeps it."""


def rebuild(
    what: Annotated[What, typer.Argument(help="What to make again from the log.")],
    *,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Compare what is kept with what the log of events tells, and mend it. A dry run only compares, and exits with 1
    if the two differ.

    Forgets nothing that the log no longer holds, and may run while the platform is in use.
    """
    done = call(running_platform(), KEEPERS[what], "rebuild", what, *(["--dry-run"] if dry_run else []), capture=True)
    try:
        found = json.loads(done.stdout)
    except json.JSONDecodeError:
        raise Trouble(f"{KEEPERS[what]} could not rebuild {what}", "see above what it says", code=Exit.FAILED) from None
    if as_json:
        print_json(found)
    else:
        show(found)
    raise typer.Exit(done.returncode)


def show(found: dict[str, Any]) -> None:
    """What was compared, and each difference."""
    different, compared = found["different"], found["compared"]
    if not different:
        out.print(f"{found['what']}: {compared} compared, all as the log tells")
        return
    verb = "differ from" if found["dry_run"] else "differed from"
    out.print(f"{found['what']}: {compared} compared, {different} {verb} what the log tells", style="bold")
    names = dict.fromkeys(name for each in found["differences"] for name in each if name not in {"kept", "log"})
    rows = [[Text(_told(each.get(name))) for name in (*names, "kept", "log")] for each in found["differences"]]
    out.print(table((*names, "kept", "the log tells"), rows))
    if different > len(rows):
        out.print(f"... and {different - len(rows)} more")


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {inner}" for name, inner in value.items())
    return "-" if value is None else str(value)


COMMANDS = (command(rebuild),)
"""The commands of this module."""
