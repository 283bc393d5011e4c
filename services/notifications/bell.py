"""The bell by which whoever has put mail into the queue wakes the sender in the same process.

It is rung inside transactions, before they commit: a ring says "soon", so the sender looks several times in quick
succession, and then falls back to its slow round. A ring for nothing costs a few look-ups; a lost one, a second.
"""

from __future__ import annotations

import asyncio

QUICK_SECONDS = 0.01
"""The first look after a ring; each further one waits twice as long, up to the slow round."""


class Bell:
    """One ringer or many, one listener."""

    def __init__(self, slow_seconds: float) -> None:
        self._rung = asyncio.Event()
        self._slow = slow_seconds
        self._pause = slow_seconds

    def ring(self) -> None:
        """Something may be there soon."""
        self._rung.set()

    def found(self) -> None:
        """There was something, so there may be more."""
        self._pause = QUICK_SECONDS

    async def rest(self) -> None:
        """Wait until the next look is due."""
        try:
            await asyncio.wait_for(self._rung.wait(), self._pause)
        except TimeoutError:
            self._pause = min(self._slow, self._pause * 2)
        else:
            self._rung.clear()
            self._pause = QUICK_SECONDS
            await asyncio.sleep(QUICK_SECONDS)
