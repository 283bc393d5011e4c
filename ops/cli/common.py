"""What the commands share."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

from ops.display import out
from ops.settings import OpsSettings

Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document on standard output.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]


@dataclass(frozen=True)
class Command:
    """A function, and how it is called at the terminal."""

    function: Callable[..., Any]
    options: dict[str, Any] = field(default_factory=dict)


def command(function: Callable[..., Any], name: str | None = None, **options: Any) -> Command:
    """Named after the function unless told otherwise."""
    return Command(function, {"name": name or function.__name__, **options})


def print_json(document: Any) -> None:
    """For programs: nothing but the document."""
    out.print_json(json.dumps(document))


def settings() -> OpsSettings:
    """From the environment."""
    return OpsSettings()
