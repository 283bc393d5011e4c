"""What work costs: wall time, and the processor time of each process that had a part in it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import psutil

OURSELVES = "python"
"""The process that does the work, where it measures itself."""


@dataclass
class Cost:
    """Use it with ``with``; afterwards ``wall`` and ``cpu`` (by name, in seconds) are what the block took.

    The kernel counts in hundredths of a second, so the block should take a second or more. Children count with their
    parents.
    """

    pids: Mapping[str, int] = field(default_factory=dict)
    wall: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        """Begin."""
        self._before = processor_seconds(self.pids)
        self._began = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End."""
        self.wall = time.perf_counter() - self._began
        after = processor_seconds(self.pids)
        self.cpu = {name: spent - self._before.get(name, 0.0) for name, spent in after.items()}

    @property
    def total(self) -> float:
        """Processor seconds of all of them."""
        return sum(self.cpu.values())


def processor_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """User and system time that each process and its children have had so far."""
    spent = {}
    for name, pid in pids.items():
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            spent[name] = _own(process) + sum(_own(child) for child in process.children(recursive=True))
    return spent


def with_ourselves(pids: Mapping[str, int]) -> dict[str, int]:
    """These and the process that asks."""
    return {OURSELVES: os.getpid(), **pids}


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
