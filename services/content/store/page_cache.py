"""Items ready to be sent: serialised once per edition, kept as bytes, within bounds."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from services.content.model.published import Published, Signpost
from services.content.store.pages import PageStore


class ReadyPage(NamedTuple):
    """One edition of an item, as it goes out and as the verdict on it needs it."""

    id: str
    slug: str
    slugs: tuple[str, ...]
    edition: int
    exempt: bool
    topics: tuple[str, ...]
    regions: tuple[str, ...]
    full: bytes
    teaser: bytes

    @property
    def size(self) -> int:
        """Bytes it takes to keep, about."""
        return len(self.full) + len(self.teaser) + 1024


Serialise: TypeAlias = Callable[[Published], tuple[bytes, bytes]]
"""Makes the whole item and its teaser."""


class PageCache:
    """The pages asked for lately. Least recently used ones make room."""

    def __init__(self, pages: PageStore, serialise: Serialise, *, megabytes: int) -> None:
        self._pages = pages
        self._serialise = serialise
        self._room = megabytes * 2**20
        self._kept: OrderedDict[str, ReadyPage] = OrderedDict()
        self._loading: dict[str, asyncio.Task[ReadyPage | None]] = {}

    async def page(self, signpost: Signpost) -> ReadyPage | None:
        """The item where the signpost leads, in its present edition; None if it was withdrawn in this moment."""
        kept = self._kept.get(signpost.id)
        if kept is not None and kept.edition >= signpost.edition:
            self._kept.move_to_end(signpost.id)
            return kept
        loading = self._loading.get(signpost.id)
        if loading is None:
            # A hundred readers of an item that just changed load it once.
            loading = asyncio.create_task(self._load(signpost.id))
            self._loading[signpost.id] = loading
            loading.add_done_callback(lambda _: self._loading.pop(signpost.id, None))
        return await asyncio.shield(loading)

    async def _load(self, article_id: str) -> ReadyPage | None:
        published = await self._pages.published(article_id)
        if published is None:
            return None
        full, teaser = self._serialise(published)
        content = published.live.content
        page = ReadyPage(
            published.id,
            published.slug,
            published.slugs,
            published.edition,
            content.exempt,
            content.topics,
            content.regions,
            full,
            teaser,
        )
        self._keep(page)
        return page

    def _keep(self, page: ReadyPage) -> None:
        replaced = self._kept.pop(page.id, None)
        self._room += replaced.size if replaced else 0
        self._kept[page.id] = page
        self._room -= page.size
        while self._room < 0 and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._room += oldest.size
