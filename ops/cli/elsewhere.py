"""Commands for running the platform elsewhere than on this machine alone."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ops import topology
from ops.cli.common import Json, command, print_json, settings
from ops.deployment import secrets as making
from ops.display import out
from ops.settings import ROOT


class Where(StrEnum):
    """The two kinds of elsewhere."""

    COMPOSE = "compose"
    KUBERNETES = "kubernetes"


def secrets(where: Annotated[Where, typer.Argument(help="Whom they are for.")], *, as_json: Json = False) -> None:
    """Make the passwords and keys that compose or Kubernetes mounts; what is there already stays as it is."""
    plan = topology.plan()
    made = making.for_compose(plan) if where is Where.COMPOSE else [making.for_kubernetes(plan, settings())]
    names = [str(path.relative_to(ROOT)) for path in made]
    if as_json:
        print_json({"files": names})
        return
    if where is Where.COMPOSE:
        out.print(f"{len(names)} files are in deploy/compose/secrets; next: docker compose up --build")
    else:
        out.print(f"wrote {names[0]}; next: kubectl apply --filename {names[0]}")


COMMANDS = (command(secrets),)
