"""The HTTP door: one module per feature, each with a ``router``."""

from __future__ import annotations

from fastapi import APIRouter

from services.content.api import articles, clouds, editing, feeds, registrations, search, shelves, surveys, webinars
from services.content.api.refusals import REFUSALS

__all__ = ["HOT", "REFUSALS", "ROUTERS"]

HOT = articles.HOT

ROUTERS: list[APIRouter] = [
    articles.router,
    search.router,
    editing.router,
    shelves.router,
    feeds.router,
    surveys.router,
    clouds.router,
    webinars.router,
    registrations.router,
]
"""Every feature's router, in the order of the documentation; a feature adds its own: ``surveys.router``."""
