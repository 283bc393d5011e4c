"""Pages of discussions ready to be sent, as readers who are not signed in get them: made once, sent as often as asked.

A page is kept for a moment only, because what is in it changes elsewhere: in other replicas, and in the worker that
hears of new names. What this process itself writes is seen at once. Members' pages are made anew each time, so that
whoever has just written something finds it there, whichever replica answers.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

MOST_DISCUSSIONS = 500
MOST_PAGES = 20
"""Of one discussion, of at most a hundred comments each: at 1 kB a comment some 2 MB."""
MOST_BYTES = 32 * 2**20

Which: TypeAlias = tuple[object, ...]
"""Order, limit and position: all that tells a discussion's pages apart."""


class ReadyPage(NamedTuple):
    """A page as it goes out."""

    body: bytes
    etag: str
    headers: dict[str, str]


Make: TypeAlias = Callable[[], Awaitable[ReadyPage]]


@dataclass(slots=True)
class _Discussion:
    """The pages of one article's discussion, made or being made."""

    kept: dict[Which, tuple[float, ReadyPage]] = field(default_factory=dict)
    making: dict[Which, asyncio.Task[ReadyPage]] = field(default_factory=dict)


class PageCache:
    """The pages asked for in the last ``seconds``; with 0 nothing is kept."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._discussions: OrderedDict[str, _Discussion] = OrderedDict()
        self._bytes = 0

    async def page(self, article_id: str, which: Which, make: Make) -> ReadyPage:
        """The page, made by ``make`` unless it was made just now. Who asks at the same moment waits for the same."""
        if not self._seconds:
            return await make()
        discussion = self._discussions.setdefault(article_id, _Discussion())
        self._discussions.move_to_end(article_id)
        until, ready = discussion.kept.get(which, (0.0, None))
        if ready is not None and time.monotonic() < until:
            return ready
        making = discussion.making.get(which)
        if making is None:
            making = asyncio.create_task(self._make(article_id, discussion, which, make))
            discussion.making[which] = making
            making.add_done_callback(lambda _: discussion.making.pop(which, None))
        return await asyncio.shield(making)

    def forget(self, article_id: str) -> None:
        """The discussion has changed: what is kept, or just being made, shows it as it was."""
        discussion = self._discussions.pop(article_id, None)
        if discussion is not None:
            self._drop(discussion)

    async def _make(self, article_id: str, discussion: _Discussion, which: Which, make: Make) -> ReadyPage:
        # It is as old as the moment in which its making began.
        until = time.monotonic() + self._seconds
        ready = await make()
        if self._discussions.get(article_id) is discussion:
            self._keep(discussion, which, until, ready)
        return ready

    def _keep(self, discussion: _Discussion, which: Which, until: float, ready: ReadyPage) -> None:
        if len(discussion.kept) >= MOST_PAGES and which not in discussion.kept:
            self._drop(discussion)
        former = discussion.kept.get(which)
        self._bytes += len(ready.body) - (len(former[1].body) if former else 0)
        discussion.kept[which] = (until, ready)
        while len(self._discussions) > MOST_DISCUSSIONS or (self._bytes > MOST_BYTES and len(self._discussions) > 1):
            _, oldest = self._discussions.popitem(last=False)
            self._drop(oldest)

    def _drop(self, discussion: _Discussion) -> None:
        self._bytes -= sum(len(ready.body) for _, ready in discussion.kept.values())
        discussion.kept.clear()
