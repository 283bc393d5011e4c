"""`plenary faults`: plays the asked scenarios on a platform of its own, and says what was lost, doubled or stuck."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ops.display import LiveProgress, err
from ops.faults.rig import Result, rig
from ops.faults.scenarios import ALL, QUICK
from ops.testing import free_base
from ops.troubles import Exit, Trouble


def run(names: Sequence[str], *, seed: int | None, quick: bool, scale: float | None, keep: Path | None) -> list[Result]:
    """Play them one after the other on one platform."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        raise Trouble(f"there is no scenario {', '.join(unknown)}", f"there are {', '.join(ALL)}", code=Exit.FAILED)
    chosen = list(names) or list(QUICK if quick else ALL)
    seed = secrets.randbelow(2**32) if seed is None else seed
    factor = scale if scale is not None else (0.1 if quick else 1.0)
    say(f"seed {seed}: {' '.join(chosen)} at {factor:g} of the load")
    if keep is not None:
        return asyncio.run(_play(keep, chosen, seed, factor))
    with tempfile.TemporaryDirectory(prefix="plenary-faults-") as folder:
        return asyncio.run(_play(Path(folder), chosen, seed, factor))


async def _play(folder: Path, names: Sequence[str], seed: int, factor: float) -> list[Result]:
    results = []
    with LiveProgress() as progress:
        async with rig(folder, free_base(), seed=seed, say=say, progress=progress) as made:
            for name in names:
                scenario = ALL[name]
                load = max(10, round(scenario.load * factor))
                say(f"{name}: {scenario.fault} ({load})")
                began = time.monotonic()
                result = await made.play(scenario, load)
                results.append(result)
                _tell(result, time.monotonic() - began, say)
    return results


def _tell(result: Result, took: float, say: Callable[[str], None]) -> None:
    say(
        f"{result.scenario.name}: {result.count('lost')} lost, {result.count('doubled')} doubled, "
        f"{result.count('stuck')} stuck, {result.count('wrong')} wrong; {len(result.faults)} faults, "
        f"drained in {result.drained:.1f} s; {took:.0f} s in all; answers {dict(result.answers)}"
    )
    for note in result.notes:
        say(f"  {note}")
    for finding in result.findings[:20]:
        say(f"  {finding.kind}: {finding.item} {finding.detail}")
        for line in finding.history[:12]:
            say(f"      {line}")


def say(line: str) -> None:
    """A line for the person at the terminal."""
    err.print(line, soft_wrap=True, markup=False)
