"""What the clients do: read, comment, reply, register."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ops.faults.http import Calls, Told
from ops.faults.people import Article, Cast, Member, Reader
from shared.ids import new_id


class Acts:
    """Each is one deed of one client, told in the ledger."""

    def __init__(self, cast: Cast, calls: Calls, rng: random.Random) -> None:
        self._cast = cast
        self._calls = calls
        self._rng = rng

    async def comment(self, member: Member, article: Article, parent: str | None = None) -> str | None:
        """Write a comment, until it stands; returns its id."""
        op = new_id()
        draft = {"article_id": article.id, "body": f"Seen here too. {op}"}
        if parent:
            draft["parent_id"] = parent
        told = await self._calls.persist(
            op,
            "comment",
            "POST",
            "/v1/comments",
            what={"member": member.id, "article": article.id, "parent": parent},
            headers={**self._cast.signed_in(member), "idempotency-key": op},
            json=draft,
            learn=lambda body: {"comment": body["id"]},
        )
        return str(told.body["id"]) if told.done else None

    async def register(self, member: Member, webinar: str) -> str | None:
        """Take a place at a webinar, until it is held; returns the registration's id."""
        op = new_id()
        told = await self._calls.persist(
            op,
            "registration",
            "POST",
            f"/v1/webinars/{webinar}/registrations",
            what={"member": member.id, "webinar": webinar},
            headers={**self._cast.signed_in(member), "idempotency-key": op},
            learn=lambda body: {"registration": body["id"]},
        )
        return str(told.body["id"]) if told.done else None

    async def read(self, reader: Reader, article: Article) -> Told:
        """Ask for an article once."""
        return await self._calls.once(
            new_id(),
            "view",
            "GET",
            f"/v1/articles/{article.slug}",
            what={"reader": reader.id, "article": article.id},
            headers={"cookie": reader.cookie},
            learn=_reading,
        )

    async def read_until_told(self, reader: Reader, article: Article) -> Told:
        """Ask for an article until there is an answer, as somebody does who presses the button again."""
        while True:
            told = await self.read(reader, article)
            if told.done:
                return told
            await asyncio.sleep(0.3)

    def members(self, count: int) -> list[Member]:
        """So many of the members, by chance."""
        return self._rng.sample(self._cast.members, count)

    def article(self) -> Article:
        """One of the articles, by chance."""
        return self._rng.choice(self._cast.articles)

    def reader(self) -> Reader:
        """Somebody new."""
        return self._cast.reader()


def _reading(body: Mapping[str, Any]) -> dict[str, Any]:
    access = body["access"]
    return {"state": access["state"], "full": not body["teaser"], "used": access.get("used")}


async def crowd(deed: Callable[[int], Awaitable[Any]], count: int, *, at_once: int) -> None:
    """Have ``deed`` done ``count`` times, ``at_once`` of them side by side."""
    numbers = iter(range(count))

    async def one_after_the_other() -> None:
        for number in numbers:
            await deed(number)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(at_once, count)):
            group.create_task(one_after_the_other())


async def paced(deed: Callable[[int], Awaitable[Any]], count: int, *, per_second: float) -> None:
    """Have ``deed`` begun ``count`` times at this rate, however long each takes (open loop)."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number / per_second - loop.time()))
            group.create_task(_awaited(deed(number)))


async def _awaited(deed: Awaitable[Any]) -> None:
    await deed
