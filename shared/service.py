"""A service as a program: the same commands, the same start, the same end, five times.

``python -m services.metering api | worker | openapi | settings | dead list | dead show ID | dead replay ID``, and
``rebuild NAME`` where there is something to rebuild.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pymongo import IndexModel

from shared.inbox import Table, Tombstones
from shared.processes import Component
from shared.rebuilding import Rebuildable
from shared.resources import Resources
from shared.settings import ServiceSettings, settings_table

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["Component", "Resources", "Service"]

WRONG_SETTINGS = 2
"""The exit code for a process that was not told what it needs, as for a command that was not understood."""


def _nothing_more(_deps: Any) -> Sequence[Component]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What sets one service apart from the others. Made once, in its ``app.py``."""

    name: str
    settings: type[ServiceSettings]
    open: Callable[[Resources], Awaitable[Any]]
    """Makes the service's ``Deps``; the only construction."""
    api: Callable[[Any], FastAPI]
    """Makes the HTTP door. Must not look into the deps it is given: the OpenAPI document is made without any."""
    worker: Callable[[Any], Sequence[Component]] = _nothing_more
    """Makes what runs in the worker beside the relay and the consumer."""
    indexes: Mapping[str, list[IndexModel]] = field(default_factory=dict)
    aggregates: Sequence[str] = ()
    """The collections whose documents carry an outbox."""
    gathered: Sequence[str] = ()
    """Those whose events nobody acts on: they are in no hurry, and leave together a few times a second."""
    table: Table = field(default_factory=dict)
    tombstones: Tombstones = field(default_factory=dict)
    rebuilds: Mapping[str, Rebuildable] = field(default_factory=dict)
    """What can be made again from the log, by name."""
    close: Callable[[Any], Awaitable[None]] | None = None
    """Closes what ``open`` opened, if it opened anything beside the resources."""

    @property
    def topics(self) -> list[str]:
        """What the service hears, by the catalogue's names."""
        return sorted({event.topic for event in self.table} | set(self.tombstones))

    def main(self, arguments: Sequence[str] | None = None) -> None:
        """Do what the command line asks for, and exit."""
        asked = _parser(self).parse_args(arguments)
        sys.exit(_COMMANDS[asked.command](self, asked))

    def read_settings(self) -> ServiceSettings:
        """The settings from the environment; on a wrong one, say which and exit."""
        try:
            return self.settings()
        except (ValidationError, ValueError) as error:
            for line in _complaints(error, str(self.settings.model_config.get("env_prefix") or "")):
                print(line, file=sys.stderr)  # noqa: T201 - there is no log before there are settings
            sys.exit(WRONG_SETTINGS)


def _complaints(error: ValueError, prefix: str) -> list[str]:
    if not isinstance(error, ValidationError):
        return [str(error.__cause__ or error)]
    lines = []
    for finding in error.errors(include_input=False, include_url=False):
        name = prefix + "_".join(map(str, finding["loc"])).upper() if finding["loc"] else prefix.rstrip("_")
        lines.append(f"{name}: {str(finding['msg']).removeprefix('Value error, ')}")
    return [*lines, f"`{prefix.rstrip('_').lower()} settings` lists every setting."]


def _parser(service: Service) -> argparse.ArgumentParser:
    name = service.name
    parser = argparse.ArgumentParser(prog=f"python -m services.{name}", description=f"The {name} service.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("api", help="serve HTTP")
    commands.add_parser("worker", help="publish and consume events, and whatever falls due")
    commands.add_parser("openapi", help="print the OpenAPI document")
    commands.add_parser("settings", help="print the table of settings")
    dead = commands.add_parser("dead", help="look after the dead letters").add_subparsers(dest="action", required=True)
    listing = dead.add_parser("list", help="one line for each, oldest first")
    listing.add_argument("--limit", type=int, default=100)
    dead.add_parser("show", help="one of them whole").add_argument("id")
    dead.add_parser("discard", help="drop one of them for good").add_argument("id")
    replay = dead.add_parser("replay", help="have it tried again under the same id")
    replay.add_argument("id", help="its id, or `all`")
    if service.rebuilds:
        rebuild = commands.add_parser("rebuild", help="compare what is kept with what the log tells, and mend it")
        rebuild.add_argument("what", choices=sorted(service.rebuilds))
        rebuild.add_argument("--dry-run", action="store_true", help="only compare; exit with 1 if they differ")
    return parser


def _api(service: Service, _asked: argparse.Namespace) -> int:
    from shared import processes  # noqa: PLC0415 - the other commands need neither server nor event loop

    return processes.run_api(service, service.read_settings())


def _worker(service: Service, _asked: argparse.Namespace) -> int:
    from shared import processes  # noqa: PLC0415

    return processes.run_worker(service, service.read_settings())


def _openapi(service: Service, _asked: argparse.Namespace) -> int:
    import orjson  # noqa: PLC0415

    document = service.api(None).openapi()
    print(orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode())  # noqa: T201
    return 0


def _settings(service: Service, _asked: argparse.Namespace) -> int:
    print(settings_table(service.settings), end="")  # noqa: T201
    return 0


def _dead(service: Service, asked: argparse.Namespace) -> int:
    from shared import dead_letters  # noqa: PLC0415

    return dead_letters.run(service.read_settings(), asked)


def _rebuild(service: Service, asked: argparse.Namespace) -> int:
    from shared import rebuilding  # noqa: PLC0415

    rebuildable = service.rebuilds[asked.what]
    return rebuilding.run(service, service.read_settings(), rebuildable, asked.what, dry=asked.dry_run)


_COMMANDS: dict[str, Callable[[Service, argparse.Namespace], int]] = {
    "api": _api,
    "worker": _worker,
    "openapi": _openapi,
    "settings": _settings,
    "dead": _dead,
    "rebuild": _rebuild,
}
