"""The only room that knows MongoDB: one module per feature, each with its own ``INDEXES`` and ``AGGREGATES``."""

from __future__ import annotations

from pymongo import IndexModel

from services.content.store import articles, comments, shelves, surveys, trending, webinars

INDEXES: dict[str, list[IndexModel]] = {
    **articles.INDEXES,
    **comments.INDEXES,
    **shelves.INDEXES,
    **surveys.INDEXES,
    **trending.INDEXES,
    **webinars.INDEXES,
}
"""Every collection with its indexes; a feature adds its own: ``**surveys.INDEXES``."""

AGGREGATES: tuple[str, ...] = (*articles.AGGREGATES, *surveys.AGGREGATES, *webinars.AGGREGATES)
"""The collections whose documents carry an outbox; a feature adds its own: ``*surveys.AGGREGATES``."""

GATHERED: tuple[str, ...] = ("facts",)
"""Those whose events are in no hurry: here wait the views of articles, which are counted by views, and by metering only
where it had been away.
"""
