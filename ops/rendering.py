"""The files in this repository that are made from code: each with what it should hold now. Tests compare them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from gateway import openapi
from ops import topology
from ops.deployment import compose, kubernetes
from ops.settings import ROOT
from shared.events import OWNERS
from shared.events.reference import reference


def rendered() -> dict[Path, Callable[[], str]]:
    """Every such file with its maker. Making imports all services."""
    return {
        topology.RENDERED: lambda: topology.render(topology.plan()),
        ROOT / "docs" / "events.md": reference,
        openapi.FILE: merged_openapi,
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
