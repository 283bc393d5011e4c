"""How a long command tells what it is doing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

Stage = Literal["doing", "done", "failed"]


class Progress(Protocol):
    """Shown as a live table at a terminal, as lines elsewhere, not at all in tests."""

    def step(self, name: str, stage: Stage, detail: str = "") -> None:
        """A named step has begun, is done, or has failed."""

    def say(self, line: str) -> None:
        """Something happened that is no step."""


@dataclass(frozen=True)
class Quiet:
    """Says nothing."""

    def step(self, name: str, stage: Stage, detail: str = "") -> None:
        """Nobody is looking."""

    def say(self, line: str) -> None:
        """Nobody is listening."""


@contextmanager
def doing(progress: Progress, name: str, detail: str = "") -> Iterator[None]:
    """A step from begin to end, with the seconds it took."""
    began = time.monotonic()
    progress.step(name, "doing", detail)
    try:
        yield
    except BaseException:
        progress.step(name, "failed", detail)
        raise
    progress.step(name, "done", f"{time.monotonic() - began:.1f} s")
