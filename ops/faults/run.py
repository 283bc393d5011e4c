"""`plenary faults`: plays the asked scenarios on a platform of its own, and says what was lost, doubled or stuck."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.display import LiveProgress, err
from ops.faults import report
from ops.faults.rig import Result, rig
from ops.faults.scenarios import ALL, QUICK
from ops.settings import ROOT, OpsSettings
from ops.testing import free_base
from ops.troubles import Exit, Trouble

EVIDENCE = ROOT / "docs" / "evidence"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    scenarios: Sequence[str]
    seed: int | None = None
    quick: bool = False
    scale: float | None = None
    keep: Path | None = None
    report: Path | None = None

    @property
    def page(self) -> Path:
        """Where the report goes: what everything at its full load came to is kept with the sources."""
        whole = not self.scenarios and not self.quick and self.scale is None
        return self.report or (EVIDENCE if whole else OpsSettings().state_dir) / "faults"


def run(asked: Asked) -> list[Result]:
    """Play them one after the other on one platform, and report."""
    names = asked.scenarios
    unknown = [name for name in names if name not in ALL]
    if unknown:
        raise Trouble(f"there is no scenario {', '.join(unknown)}", f"there are {', '.join(ALL)}", code=Exit.FAILED)
    chosen = list(names) or list(QUICK if asked.quick else ALL)
    seed = secrets.randbelow(2**32) if asked.seed is None else asked.seed
    factor = asked.scale if asked.scale is not None else (0.1 if asked.quick else 1.0)
    say(f"seed {seed}: {' '.join(chosen)} at {factor:g} of the load")
    began = time.monotonic()
    with _folder(asked.keep) as folder:
        results = asyncio.run(_play(folder, chosen, seed, factor))
    minutes = (time.monotonic() - began) / 60
    say(f"wrote {report.write(asked.page, results, seed=seed, command=_command(asked), minutes=minutes)}")
    count = sum(len(result.findings) for result in results)
    took = report.counted(round(minutes), "minute")
    say(f"{report.counted(len(results), 'scenario')} in {took}: {report.counted(count, 'finding')}")
    return results


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="plenary-faults-") as folder:
        yield Path(folder)


def _command(asked: Asked) -> str:
    words = ["./plenary", "faults", *asked.scenarios, *["--quick"] * asked.quick]
    return " ".join([*words, *([f"--scale {asked.scale:g}"] if asked.scale is not None else [])])


async def _play(folder: Path, names: Sequence[str], seed: int, factor: float) -> list[Result]:
    """Those that need several mongods have a platform of their own: the others need not pay for it."""
    results: list[Result] = []
    for replicated in (False, True):
        mine = [name for name in names if ALL[name].replicated is replicated]
        if mine:
            place = folder / ("replicated" if replicated else "single")
            place.mkdir(parents=True, exist_ok=True)
            results += await _on_one_platform(place, mine, seed, factor, replicated=replicated)
    return sorted(results, key=lambda result: list(names).index(result.scenario.name))


async def _on_one_platform(
    folder: Path, names: Sequence[str], seed: int, factor: float, *, replicated: bool
) -> list[Result]:
    results = []
    with LiveProgress() as progress:
        async with rig(folder, free_base(), seed=seed, say=say, replicated=replicated, progress=progress) as made:
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
