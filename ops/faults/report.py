"""What a run came to, as a page: one table, a picture for each scenario, and every finding with its history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from ops.bench.machine import described
from ops.faults.injector import Fault
from ops.faults.plot import draw, percentile
from ops.faults.rig import Result
from ops.settings import OpsSettings

COLUMNS = (
    "scenario",
    "fault",
    "load",
    "answers",
    "faults",
    "lost",
    "doubled",
    "stuck",
    "wrong",
    "drained",
    "age p50, p99",
)

EXPLAINED = """Load is what the matrix asks for, times the part of it that was asked for. Answers are those to clients:
done, refused (4xx), failed (5xx), or silent. Faults are what befell processes. *Drained* is the time from the last
answer until nothing was under way any more. The age of an event is the time from its occurrence until it took effect at
the witness, a sixth service for rehearsals that hears every event that is not personal and adds one for each."""

PARTNERS = """S15, partners' endpoints that fail, stall or redirect, is not played: nothing is sent to partners yet.
There are no rows S10 and S11."""


def write(folder: Path, results: Sequence[Result], *, seed: int, command: str, minutes: float) -> Path:
    """Write ``faults.md`` and its pictures into ``folder``; returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    for result in results:
        name = result.scenario.name
        picture = draw(f"{name}: age of events", result.ages, result.faults, result.began, result.ended)
        (folder / f"faults-{name}.svg").write_text(picture)
    page = folder / "faults.md"
    page.write_text("\n".join(_page(results, seed, command, minutes)) + "\n")
    return page


def _page(results: Sequence[Result], seed: int, command: str, minutes: float) -> Iterator[str]:
    yield "# The fault matrix, played"
    yield ""
    told = described(OpsSettings().kafka_libs)
    yield f"`{command}`, seed {seed}, {told['when']}, revision {told['revision']}, {_machine(told)}."
    yield ""
    findings = sum(len(result.findings) for result in results)
    yield f"{counted(len(results), 'scenario')} in {counted(round(minutes), 'minute')}: {counted(findings, 'finding')}."
    yield ""
    yield EXPLAINED
    yield ""
    yield PARTNERS
    yield ""
    yield "| " + " | ".join(COLUMNS) + " |"
    yield "|" + "---|" * len(COLUMNS)
    for result in results:
        yield "| " + " | ".join(_row(result)) + " |"
    for result in results:
        yield from _section(result)


def _row(result: Result) -> list[str]:
    counts = [str(result.count(kind)) for kind in ("lost", "doubled", "stuck", "wrong")]
    ages = [age for _, age in result.ages]
    return [
        result.scenario.name,
        result.scenario.fault,
        f"{result.load:,}",
        ", ".join(f"{count:,} {outcome}" for outcome, count in result.answers.most_common()) or "none asked",
        str(len(result.faults)),
        *counts,
        f"{result.drained:.1f} s",
        f"{_seconds(percentile(ages, 0.5))}, {_seconds(percentile(ages, 0.99))}" if ages else "",
    ]


def _section(result: Result) -> Iterator[str]:
    scenario = result.scenario
    yield ""
    yield f"## {scenario.name}: {scenario.fault}"
    yield ""
    yield f"Must hold: {scenario.holds}. It took {result.ended - result.began + result.drained:.0f} s."
    yield ""
    yield f"![Age of events in {scenario.name}](faults-{scenario.name}.svg)"
    yield ""
    for note in result.notes:
        yield f"- {note}"
    for what, count in _summary(result.faults):
        yield f"- {what}, {count} times" if count > 1 else f"- {what}"
    for finding in result.findings:
        yield ""
        yield f"**{finding.kind}**: {finding.item} {finding.detail}"
        if finding.history:
            yield ""
            yield "```"
            yield from finding.history
            yield "```"


def _summary(faults: Sequence[Fault]) -> list[tuple[str, int]]:
    return Counter(f"{fault.process} {fault.what}" for fault in faults).most_common()


def counted(number: int, what: str) -> str:
    """``no findings``, ``1 finding``, ``2 findings``."""
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


def _seconds(age: float) -> str:
    return f"{age * 1000:.0f} ms" if age < 1 else f"{age:.1f} s"


def _machine(told: dict[str, str]) -> str:
    shown = ("machine", "Python", "MongoDB", "Kafka", "Envoy", "pymongo", "aiokafka", "faust-streaming")
    return "; ".join(told[name] if name == "machine" else f"{name} {told[name]}" for name in shown if name in told)
