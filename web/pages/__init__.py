"""The pages: one module per feature, each with its ``ROUTES``."""

from __future__ import annotations

import importlib
import pkgutil

from starlette.routing import Route


def routes() -> list[Route]:
    """Every page. A module beside this one that has ``ROUTES`` is found by itself; order among modules is by name, and
    no two may want the same address.
    """
    found: list[Route] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda each: each.name):
        found.extend(getattr(importlib.import_module(f"{__name__}.{module.name}"), "ROUTES", ()))
    return found
