"""Group commit: callers that wait at the same moment share one write."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar, cast

from shared.errors import Refusal

T = TypeVar("T")
R = TypeVar("R")


class Overloaded(Refusal):
    slug, status, title = "overloaded", 503, "Too many requests are waiting; try again shortly"


class GroupCommit(Generic[T, R]):
    """Collects what is submitted while a commit is under way and commits it together next.

    Nothing lingers: an item that arrives at rest is committed at once, alone. Under load the batch grows by itself,
    because more arrives while the previous commit waits for its acknowledgement. ``lanes`` commits may be under way
    at once; a batch holds at most ``max_batch`` items, and at most ``max_waiting`` items wait (then
    :class:`Overloaded`). ``commit`` receives the items in order and returns one result for each; an exception it
    raises reaches every caller of that batch, an exception it returns as a result reaches that caller alone.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[T]], Awaitable[Sequence[R | BaseException]]],
        *,
        max_batch: int = 200,
        max_waiting: int = 10_000,
        lanes: int = 1,
    ) -> None:
        self._commit = commit
        self._max_batch = max_batch
        self._max_waiting = max_waiting
        self._lanes = lanes
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._running: set[asyncio.Task[None]] = set()

    async def submit(self, item: T) -> R:
        """Commit ``item`` with whatever else waits, and return its result."""
        if len(self._waiting) >= self._max_waiting:
            raise Overloaded(headers={"Retry-After": "1"})
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if len(self._running) < self._lanes:
            task = asyncio.create_task(self._drain())
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return await future

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(self._max_batch, len(self._waiting)))]
                await self._commit_batch(batch)
        finally:
            # Free the lane in the same step that found nothing waiting. The task's callback runs only after the callers
            # just answered; one of them that submits again at once would find the lane taken, and wait for ever.
            self._running.discard(cast(asyncio.Task[None], asyncio.current_task()))

    async def _commit_batch(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._commit([item for item, _ in batch])
        except BaseException as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue  # The caller gave up waiting; what was committed stays committed.
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)
