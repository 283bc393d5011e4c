"""The HTTP door: one module per feature, each with a ``router``."""

from __future__ import annotations

from fastapi import APIRouter

from services.accounts.api import domains, imports, me, members, sessions, signups, well_known
from services.accounts.api.refusals import REFUSALS

__all__ = ["REFUSALS", "ROUTERS"]

ROUTERS: list[APIRouter] = [
    signups.router,
    sessions.router,
    me.router,
    members.router,
    domains.router,
    imports.router,
    well_known.router,
]
"""Every feature's router, in the order of the documentation."""
