"""A reader's search: what fits best, what is marked in it, and where else to look."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from services.content.deps import Deps
from services.content.model.lists import Filters
from services.content.model.search import SearchOrder, words_of
from services.content.store.search import FACETS, Counts, Found


class Results(NamedTuple):
    """A page of what was found, and what was counted over all of it."""

    words: tuple[str, ...]
    items: list[Found]
    counts: Counts


NOTHING = Counts(0, {of: [] for of in FACETS})


async def search_items(
    deps: Deps, question: str, filters: Filters, order: SearchOrder, after: Sequence[Any] | None, limit: int
) -> list[Found]:
    """Published items that hold some of the question's words."""
    words = words_of(question)
    return await deps.search.page(words, filters, order=order, after=after, limit=limit) if words else []


async def search(
    deps: Deps, question: str, filters: Filters, order: SearchOrder, after: Sequence[Any] | None, limit: int
) -> Results:
    """Published items that hold some of the question's words, and how many there are of them."""
    words = words_of(question)
    if not words:
        return Results((), [], NOTHING)
    items, counts = await asyncio.gather(
        deps.search.page(words, filters, order=order, after=after, limit=limit), deps.search.counts(words, filters)
    )
    return Results(words, items, counts)
