"""One core for what is measured, the other for what asks it: pinning processes, and running a function apart."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import psutil
import uvloop

P = ParamSpec("P")
T = TypeVar("T")

_ALL = sorted(os.sched_getaffinity(0))
SERVERS = _ALL[0]
"""The core of services and databases."""
LOAD = _ALL[1 % len(_ALL)]
"""The core of whoever asks them. With a single core both are the same, and the report says so."""


def pin(pids: Iterable[int], core: int | None) -> None:
    """Bind these processes, their children and every thread they have now to one core, or (None) to no core.

    Threads that start later inherit it.
    """
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
            for process in family:
                _pin_threads(process.pid, _ALL if core is None else [core])


def _pin_threads(pid: int, cores: Iterable[int]) -> None:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(ProcessLookupError):  # It ended meanwhile.
            os.sched_setaffinity(int(thread.name), cores)


_asking: ProcessPoolExecutor | None = None


async def asking(work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``work`` in the process of the load, on its core. One for the whole run: what asks may well be warm."""
    global _asking  # noqa: PLW0603 - it ends with the run
    if _asking is None:
        spawn = multiprocessing.get_context("spawn")
        _asking = ProcessPoolExecutor(1, spawn, initializer=_settle_on, initargs=(LOAD,))
    return await asyncio.get_running_loop().run_in_executor(_asking, _run, work, args, kwargs)


def stop_asking() -> None:
    """End the process of the load."""
    global _asking  # noqa: PLW0603 - as above
    if _asking is not None:
        _asking.shutdown()
        _asking = None


async def apart(core: int | None, work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``work`` in a new process of its own on ``core``, as our services run: on uvloop. Returns what it returns.

    A new process each time, so that no measurement inherits another's warm caches or garbage.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn, initializer=_settle_on, initargs=(core,)) as pool:
        return await asyncio.get_running_loop().run_in_executor(pool, _run, work, args, kwargs)


def _settle_on(core: int | None) -> None:
    os.sched_setaffinity(0, _ALL if core is None else [core])


def _run(work: Callable[..., Coroutine[Any, Any, T]], args: Any, kwargs: Any) -> T:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work(*args, **kwargs))
