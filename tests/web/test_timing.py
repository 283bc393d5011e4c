"""A page's own time leaves out what it waits for, however many questions are under way at once."""

from __future__ import annotations

import asyncio
import re

from web import timing


async def test_questions_that_are_asked_at_once_count_once_and_are_not_our_own_time() -> None:
    clock = timing.start()

    async def ask() -> None:
        with timing.asking():
            await asyncio.sleep(0.05)

    await asyncio.gather(ask(), ask(), ask())
    said = clock.stop("/")

    api, own = map(float, re.findall(r"dur=([\d.]+)", said))
    assert 50 <= api < 100
    assert own < 25
