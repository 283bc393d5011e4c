"""What every use case is handed. Only ``app.py`` makes one."""

from __future__ import annotations

from dataclasses import dataclass

from services.community.settings import CommunitySettings
from services.community.store import CommentStore, Neighbours, Rates, SuggestionStore
from services.community.store.page_cache import PageCache
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class Deps:
    """One of each, for the life of the process."""

    settings: CommunitySettings
    clock: Clock
    comments: CommentStore
    suggestions: SuggestionStore
    pages: PageCache
    neighbours: Neighbours
    rates: Rates
