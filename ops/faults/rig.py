"""The rig: a platform, the clients that use it, and what befalls it; plays scenarios and says what came of them."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ops.faults import ledger
from ops.faults.acts import Acts
from ops.faults.checks import Checker, attributed
from ops.faults.findings import Finding, Historian, Kind
from ops.faults.http import Calls
from ops.faults.injector import Fault, Injector
from ops.faults.people import Cast
from ops.faults.platform import RigPlatform
from ops.faults.quiet import Quiet
from ops.faults.world import Observer, World
from ops.progress import Progress

ARTICLES = 10
MEMBERS = 40
TELL_EVERY = 20.0
"""Seconds between two lines about how far a scenario is."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A row of the fault matrix."""

    name: str
    fault: str
    holds: str
    """What must hold, in the matrix's words."""
    load: int
    play: Callable[[Rig, int], Awaitable[list[str]]]
    """Plays it with a load of so many; returns what is worth noting beside the findings."""
    replicated: bool = False
    """Whether it needs a database of several processes."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a scenario."""

    scenario: Scenario
    load: int
    began: float
    ended: float
    faults: list[Fault]
    findings: list[Finding]
    drained: float
    """Seconds from the last answer to a client until nothing was under way."""
    notes: list[str]
    ages: list[tuple[float, float]]
    """Of events in this time: when each took effect at the witness, and how long after it had occurred."""
    answers: Counter[str]

    def count(self, kind: str) -> int:
        """How many findings are of a kind."""
        return sum(finding.kind == kind for finding in self.findings)


@dataclass
class Rig:
    """Everything that a scenario needs."""

    platform: RigPlatform
    ledger: ledger.Ledger
    observer: Observer
    calls: Calls
    cast: Cast
    acts: Acts
    injector: Injector
    quiet: Quiet
    rng: random.Random
    say: Callable[[str], None]
    scenario: str = "-"
    dead: set[str] = field(default_factory=set)
    """Events that must be among the dead letters."""
    known: set[Finding] = field(default_factory=set)
    """What was found in an earlier scenario of the same platform."""

    noticed: list[Finding] = field(default_factory=list)
    """What a scenario itself has found."""

    def found(self, kind: Kind, item: str, detail: str) -> None:
        """Put down what only the scenario can see."""
        self.noticed.append(Finding(kind, item, detail, self.scenario))

    async def sabotage(self, house: str, role: str, how: str) -> None:
        """Start a process anew as one that breaks a promise."""
        await self._become(house, role, (sys.executable, "-m", "ops.faults.sabotage", house, role, how))
        self.injector.note(process_name(house, role), f"sabotaged: {how}")

    async def restore(self, house: str, role: str) -> None:
        """Start a process anew as what it is."""
        module = "ops.faults.witness" if house == "witness" else f"services.{house}"
        await self._become(house, role, (sys.executable, "-m", module, role))

    async def _become(self, house: str, role: str, command: tuple[str, ...]) -> None:
        process = self.platform.process(process_name(house, role))
        process.spec = replace(process.spec, command=command)
        await self.platform.restart(process.name)

    async def play(self, scenario: Scenario, load: int) -> Result:
        """Play it, wait until nothing is under way, and compare."""
        self.scenario = scenario.name
        began, faults = time.time(), len(self.injector.faults)
        telling = asyncio.create_task(self._tell(scenario.name))
        try:
            notes = await scenario.play(self, load)
            ended = time.time()
            drained, left = await self.quiet.settle()
        finally:
            telling.cancel()
        world = await self.observer.look()
        befell = self.injector.faults[faults:]
        found = [*self.noticed, *self._check(world), *(Finding("stuck", scenario.name, line) for line in left)]
        self.noticed.clear()
        fresh = [finding for finding in attributed(found, scenario.name) if finding not in self.known]
        self.known.update(fresh)
        return Result(
            scenario, load, began, ended, befell, fresh, drained, notes, ages(world, began), self._answers(scenario)
        )

    async def _tell(self, name: str) -> None:
        """Say now and then how far it is."""
        loop = asyncio.get_running_loop()
        began, before, faults = loop.time(), Counter(self.calls.answered), len(self.injector.faults)
        while True:
            await asyncio.sleep(TELL_EVERY)
            answers = ", ".join(f"{count} {outcome}" for outcome, count in (self.calls.answered - before).items())
            befell = len(self.injector.faults) - faults
            self.say(f"  {name} {loop.time() - began:4.0f} s: answers {answers or 'none'}; {befell} faults")

    def _check(self, world: World) -> list[Finding]:
        ops = ledger.read(self.ledger.path)
        return Checker(world, ops, Historian(world, ops, self.injector.faults), frozenset(self.dead)).findings()

    def _answers(self, scenario: Scenario) -> Counter[str]:
        ops = ledger.read(self.ledger.path).values()
        return Counter(answer["outcome"] for op in ops if op.scenario == scenario.name for answer in op.answers)


def process_name(house: str, role: str) -> str:
    """What a house's process is called."""
    return f"{house}-{role}"


def ages(world: World, since: float) -> list[tuple[float, float]]:
    """When events took effect at the witness, and their ages then."""
    found = []
    for effect in world.effects.values():
        at = effect["at"][0] / 1e9
        if at >= since:
            found.append((at, max(0.0, at - effect["occurred_at"].timestamp())))
    return sorted(found)


@asynccontextmanager
async def rig(
    folder: Path,
    port_base: int,
    *,
    seed: int,
    say: Callable[[str], None],
    replicated: bool = False,
    progress: Progress | None = None,
) -> AsyncIterator[Rig]:
    """A rig with its platform up and everybody in place."""
    rng = random.Random(seed)  # noqa: S311 - a rehearsal that can be repeated, not a secret
    async with RigPlatform(folder, port_base, replicated=replicated, progress=progress) as platform:
        url = f"http://127.0.0.1:{platform.ports['gateway']}"
        cast, observer = Cast(platform, url), Observer(platform)
        book = ledger.Ledger(folder / "ledger.jsonl")
        made = Rig(
            platform=platform,
            ledger=book,
            observer=observer,
            calls=Calls(url, book, lambda: made.scenario),
            cast=cast,
            acts=None,  # type: ignore[arg-type] # below, because it needs the calls
            injector=Injector(platform, rng),
            quiet=Quiet(platform, observer),
            rng=rng,
            say=say,
        )
        made.acts = Acts(cast, made.calls, rng)
        try:
            await cast.assemble(articles=ARTICLES, members=MEMBERS)
            await made.quiet.settle()
            yield made
        finally:
            await made.calls.close()
            await observer.close()
            book.close()
