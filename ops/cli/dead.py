"""Dead letters: what a service could not handle, seen and tried again through that service's own command."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.cli.services import call, running_platform
from ops.troubles import Trouble
from shared.events import OWNERS

dead = typer.Typer(
    name="dead", help="Look at events that could not be handled, and try them again.", no_args_is_help=True
)

Service = Annotated[str, typer.Argument(help=f"One of {', '.join(OWNERS)}; all of them if left out.")]
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


@dead.command("list", context_settings=PASS_ON)
def list_(context: typer.Context, service: Service = "all") -> None:
    """List dead letters with their reasons."""
    delegate("list", service, context.args)


@dead.command(context_settings=PASS_ON)
def show(context: typer.Context, service: Service) -> None:
    """Show one dead letter whole: `dead show metering ID`."""
    delegate("show", service, context.args)


@dead.command(context_settings=PASS_ON)
def replay(context: typer.Context, service: Service = "all") -> None:
    """Have dead letters handled again, under the same event ids."""
    delegate("replay", service, context.args)


def delegate(action: str, service: str, arguments: list[str]) -> None:
    """Run ``python -m services.X dead ...`` as the service itself."""
    if service not in {*OWNERS, "all"}:
        raise Trouble(f"there is no service {service!r}", f"there are {', '.join(OWNERS)}")
    platform = running_platform()
    chosen = OWNERS if service == "all" else (service,)
    raise typer.Exit(max(call(platform, each, "dead", action, *arguments).returncode for each in chosen))
