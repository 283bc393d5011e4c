"""The only wiring of the community service."""

from __future__ import annotations

from fastapi import FastAPI

from services.community import api, consumers, store
from services.community.deps import Deps
from services.community.settings import CommunitySettings
from services.community.store import CommentStore, Neighbours, Rates, SuggestionStore
from services.community.store.page_cache import PageCache
from shared.http import create_app
from shared.service import Component, Resources, Service


async def open_deps(resources: Resources) -> Deps:
    """Make what the use cases need. The only construction."""
    pages = PageCache(resources.settings.page_seconds)
    return Deps(
        settings=resources.settings,
        clock=resources.clock,
        comments=CommentStore(resources.db, pages.forget),
        pages=pages,
        suggestions=SuggestionStore(resources.db),
        neighbours=Neighbours(resources.db),
        rates=Rates(resources.db),
    )


def create_api(deps: Deps) -> FastAPI:
    """The HTTP door."""
    return create_app(
        title="Plenary community", version="1", deps=deps, routers=api.ROUTERS, refusals=api.REFUSALS, hot=api.HOT
    )


def create_worker(_deps: Deps) -> list[Component]:
    """Nothing runs beside the relay and the consumer."""
    return []


service = Service(
    name="community",
    settings=CommunitySettings,
    indexes=store.INDEXES,
    aggregates=store.AGGREGATES,
    table=consumers.TABLE,
    tombstones=consumers.TOMBSTONES,
    open=open_deps,
    api=create_api,
    worker=create_worker,
)
