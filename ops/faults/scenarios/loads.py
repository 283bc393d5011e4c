"""What people do all day, as much of it as a scenario asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ops.faults.acts import crowd, paced
from ops.faults.rig import Rig

AT_ONCE = 8
ALLOWANCE = 3
PER_EXCHANGE = 2
"""A comment and a reply to it, which calls for a mail."""


async def comments(rig: Rig, count: int) -> None:
    """So many comments, every other a reply, as fast as they are answered."""
    await crowd(exchange(rig), count // PER_EXCHANGE, at_once=AT_ONCE)


async def readings(rig: Rig, count: int) -> None:
    """So many articles read in full, by readers who use up their allowance, as fast as they are answered."""
    await crowd(reader(rig), -(-count // ALLOWANCE), at_once=AT_ONCE)


async def steady(rig: Rig, count: int, seconds: float) -> None:
    """So many writes, half of them comments and half readings, evenly over so many seconds, come what may."""
    exchanges, readers = count // 2 // PER_EXCHANGE, -(-count // 2 // ALLOWANCE)
    await asyncio.gather(
        paced(exchange(rig), exchanges, per_second=exchanges / seconds),
        paced(reader(rig), readers, per_second=readers / seconds),
    )


def exchange(rig: Rig) -> Callable[[int], Awaitable[None]]:
    """Somebody comments, and somebody else replies."""

    async def deed(_number: int) -> None:
        author, other = rig.acts.members(2)
        article = rig.acts.article()
        parent = await rig.acts.comment(author, article)
        if parent:
            await rig.acts.comment(other, article, parent)

    return deed


def reader(rig: Rig) -> Callable[[int], Awaitable[None]]:
    """Somebody new reads as much as the meter allows."""

    async def deed(_number: int) -> None:
        somebody = rig.acts.reader()
        for article in rig.rng.sample(rig.cast.articles, ALLOWANCE):
            await rig.acts.read_until_told(somebody, article)

    return deed
