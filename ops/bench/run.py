"""Runs the benches that were asked for, each on what it needs, and writes what they found."""

from __future__ import annotations

import asyncio
import importlib
import time
import traceback
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from ops.bench import cores, machine, report
from ops.bench.peers.setup import Peers
from ops.bench.rig import Rig
from ops.bench.sheet import Section
from ops.display import LiveProgress, out, table
from ops.settings import OpsSettings
from ops.troubles import Trouble

BENCHES = ("meter", "read", "comment", "relay", "effects", "views", "age", "growth", "vitals", "start", "memory")
"""In the order of the report."""
ROUNDS = 5


def run(names: Sequence[str], rounds: int) -> None:
    """Run them all, or those named; those that stand on the same servers one after the other."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        raise Trouble(f"no bench is called {', '.join(unknown)}", f"there are {', '.join(BENCHES)}")
    benches = [importlib.import_module(f"ops.bench.{name}") for name in names or BENCHES]
    # Memory is measured first on its platform, before others have left theirs in it.
    benches.sort(key=lambda bench: (("nothing", "servers", "platform").index(bench.NEEDS), bench.NAME != "memory"))
    try:
        failed = asyncio.run(_run(benches, rounds))
    finally:
        cores.stop_asking()
    if failed:
        raise Trouble(f"no figures came of {', '.join(failed)}", "see what it said above, and run it again")


async def _run(benches: Sequence[Any], rounds: int) -> list[str]:
    """Each in turn; one that fails does not cost the others. Returns the names of those that failed."""
    failed = []
    settings = OpsSettings()
    measured = await asyncio.to_thread(machine.described, settings.kafka_libs)
    measured |= Peers(settings.state_dir).versions()
    rig: Rig | None = None
    async with AsyncExitStack() as stack:
        for bench in benches:
            if rig is None or rig.needs != bench.NEEDS:
                await stack.aclose()
                with LiveProgress() as progress:
                    rig = await stack.enter_async_context(Rig(bench.NEEDS, progress))
            try:
                await _measure(bench, rig, rounds, measured)
            except Exception:  # noqa: BLE001 - whatever it was, it is shown, and the run ends as failed
                traceback.print_exc()
                failed.append(bench.NAME)
    return failed


async def _measure(bench: Any, rig: Rig, rounds: int, measured: dict[str, str]) -> None:
    began = time.monotonic()
    out.print(f"{bench.NAME}: {_rounds(rounds)}")
    section: Section = await bench.measure(rig, rounds)
    took = f"{time.monotonic() - began:.0f} s, {_rounds(section.rounds)}"
    page = report.keep(section, {**measured, "took": took})
    show(section)
    out.print(f"{bench.NAME}: {took}; see {page}")


def _rounds(number: int) -> str:
    return "1 round" if number == 1 else f"{number} rounds"


def show(section: Section) -> None:
    """The figures at the terminal."""
    for sheet in section.sheets:
        columns = sheet.columns
        rows = [
            [row, *(str(sheet.spread(row, column)) if column in found else "" for column in columns)]
            for row, found in sheet.figures.items()
        ]
        out.print(table([sheet.first, *columns], rows, title=sheet.title))
    for aim in section.aims:
        out.print(f"{'✓' if aim.met else '✗'} {aim.wanted}: {aim.found}")
