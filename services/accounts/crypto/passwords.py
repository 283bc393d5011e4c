"""Argon2id beside the event loop: one at a time per slot, and a bounded queue before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from shared.group_commit import Overloaded

R = TypeVar("R")


class Passwords:
    """Hashes and verifies passwords.

    Defaults are OWASP's first choice for Argon2id: 46 MiB, one pass, one lane, which takes some 40 ms on the machine we
    measured on. ``slots`` are worked on at once, ``queue`` more may wait; beyond that callers get 503 rather than a
    service without memory.
    """

    def __init__(
        self, *, memory_kib: int = 47_104, passes: int = 1, lanes: int = 1, slots: int = 2, queue: int = 64
    ) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes, type=Type.ID)
        self._pool = ThreadPoolExecutor(max_workers=slots, thread_name_prefix="argon2")
        self._room = slots + queue
        self._nobodys = self._hasher.hash("nobody's password")

    async def hash(self, password: str) -> str:
        """The PHC string to keep."""
        return await self._beside(self._hasher.hash, password)

    async def verify(self, kept: str | None, password: str) -> bool:
        """Whether this is the password. Takes as long where there is none to compare with: then the answer is no."""
        right = await self._beside(self._verify, kept or self._nobodys, password)
        return right and kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(kept)

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _beside(self, work: Callable[..., R], *arguments: str) -> R:
        if self._room == 0:
            raise Overloaded(headers={"Retry-After": "2"})
        self._room -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)
        finally:
            self._room += 1
