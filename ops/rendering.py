"""The files in this repository that are made from code: each with what it should hold now. Tests compare them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from gateway import openapi
from ops import topology
from ops.deployment import compose, kubernetes
from ops.provision import ProvisionSettings
from ops.settings import ROOT
from shared.events import OWNERS
from shared.events.reference import reference
from shared.settings import settings_table
from web.settings import WebSettings


def rendered() -> dict[Path, Callable[[], str]]:
    """Every such file with its maker. Making imports all services."""
    return {
        topology.RENDERED: lambda: topology.render(topology.plan()),
        ROOT / "docs" / "events.md": reference,
        openapi.FILE: merged_openapi,
        ROOT / "docs" / "settings.md": settings_reference,
        DECISIONS / "README.md": decisions_list,
        **compose.files(),
        **kubernetes.files(),
    }


def merged_openapi() -> str:
    """The gateway's OpenAPI document, from the services' code as it is now."""
    documents = {}
    for owner in OWNERS:
        service = importlib.import_module(f"services.{owner}.app").service
        documents[owner] = service.api(None).openapi()
    return openapi.render(documents)


SETTINGS = """\
# Settings

Everything that an operator may set, from the classes that read it (`./plenary render` writes this page). Each is an
environment variable. With `_FILE` at its end it names a file to read the value from, which is how secrets are handed
over. A process that lacks something says what, and exits with 2. What `./plenary` itself takes is in
[ops/README.md](../ops/README.md#settings).
"""


def settings_reference() -> str:
    """The settings of every process, as a page."""
    parts = [SETTINGS]
    for owner in OWNERS:
        kind = importlib.import_module(f"services.{owner}.app").service.settings
        parts.append(f"## {owner.capitalize()}\n\n{settings_table(kind)}")
    parts.append(f"## The site\n\n{settings_table(WebSettings)}")
    parts.append(f"## The job that provisions servers elsewhere\n\n{settings_table(ProvisionSettings)}")
    return "\n".join(parts)


DECISIONS = ROOT / "docs" / "decisions"
LIST = """\
# Decisions

One page each: context, decision (the line to quote), consequences, alternatives, and the check that enforces it. A
decision that others must live with gets a page here; one that is taken back says so and stays.

"""


def decisions_list() -> str:
    """Every record by its title."""
    records = [path for path in DECISIONS.glob("*.md") if path.name != "README.md"]
    titles = {path.name: path.read_text().partition("\n")[0].removeprefix("# ") for path in records}
    lines = (f"- [{title}]({name})" for name, title in sorted(titles.items()))
    return LIST + "\n".join(lines) + "\n"


def stale() -> dict[Path, str]:
    """The files that are not what the code says, with what they should hold."""
    made = {path: make() for path, make in rendered().items()}
    return {path: text for path, text in made.items() if not path.exists() or path.read_text() != text}


def write() -> list[Path]:
    """Bring all of them up to date; returns those that changed."""
    changed = stale()
    for path, text in changed.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return sorted(changed)
