"""S4: the database is stepped down, killed and cut off, and commits are answered wrongly, while people write."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from ops.faults import ledger
from ops.faults.rig import Rig, Scenario
from ops.faults.scenarios.loads import steady

FULL = 5_000
PER_SECOND = 34.0
REST = 8.0
"""Seconds between two faults: an election takes four, and then everything has to find the new primary."""
SPELL = 8.0
"""Seconds for which a fault that does not end by itself lasts."""
COMMITS, WRITES = 0.1, 0.02
"""The shares of commits, and of writes that may be retried, whose answer is lost while that is what happens."""

DONE_AND_DENIED = {"writeConcernError": {"code": 64, "errmsg": "injected: waiting for replication timed out"}}
"""The commit has happened, and the server cannot say whether the majority has it."""
NOT_DONE = {"errorCode": 251, "errorLabels": ["TransientTransactionError"]}
"""The commit has not happened."""


@dataclass
class Tally:
    """How often what was done to it."""

    cut: int = 0
    denied: int = 0


async def play(rig: Rig, load: int) -> list[str]:
    """Every fault in turn, again and again for as long as there is load."""
    seconds = max(load / PER_SECOND, len(ACTS) * (REST + SPELL))
    tally = Tally()
    troubles = asyncio.create_task(_trouble(rig, seconds, tally))
    await steady(rig, load, seconds)
    await troubles
    unsure = sum(op.unsure for op in ledger.read(rig.ledger.path).values() if op.scenario == rig.scenario)
    told = f"{tally.cut} answers to writes cut off, {tally.denied} commits answered wrongly"
    return [f"{told}; {unsure} requests whose client was left unsure"]


Act = Callable[[Rig, Tally], Awaitable[None]]


async def _trouble(rig: Rig, seconds: float, tally: Tally) -> None:
    began, turn = time.monotonic(), 0
    while turn < len(ACTS) or time.monotonic() - began < seconds - REST:
        await asyncio.sleep(REST / 2)
        await ACTS[turn % len(ACTS)](rig, tally)
        await asyncio.sleep(REST / 2)
        turn += 1


async def _step_down(rig: Rig, _tally: Tally) -> None:
    rig.injector.note(await rig.platform.replicas.step_down(), "stepped down")


async def _kill(rig: Rig, _tally: Tally) -> None:
    await rig.injector.kill("mongod")


async def _lose_answers_to_commits(rig: Rig, tally: Tally) -> None:
    await _cut(rig, tally, "commitTransaction", COMMITS)


async def _lose_answers_to_writes(rig: Rig, tally: Tally) -> None:
    # Every write that may be retried and every statement of a transaction has a number.
    await _cut(rig, tally, "txnNumber", WRITES)


async def _cut(rig: Rig, tally: Tally, after: str, share: float) -> None:
    names = [member.name for member in rig.platform.replicas.members]
    tally.cut += await rig.injector.disturb(
        names, SPELL, f"lost answers after {after}", mode="cut", after=after, share=share
    )


async def _deny_what_was_done(rig: Rig, tally: Tally) -> None:
    await _answer_wrongly(rig, tally, DONE_AND_DENIED, "committed and denied it")


async def _refuse_commits(rig: Rig, tally: Tally) -> None:
    await _answer_wrongly(rig, tally, NOT_DONE, "refused commits")


async def _answer_wrongly(rig: Rig, tally: Tally, answer: Mapping[str, object], what: str) -> None:
    replicas, began = rig.platform.replicas, time.time()
    member = await replicas.fail_commits(COMMITS, answer)
    await asyncio.sleep(SPELL)
    tally.denied += await replicas.commit_well(member)
    rig.injector.note(member.name, what, began, time.time())


async def _cut_off(rig: Rig, _tally: Tally) -> None:
    await _isolate(rig, "drop", "cut off")


async def _half_open(rig: Rig, _tally: Tally) -> None:
    await _isolate(rig, "hold", "half-open")


async def _isolate(rig: Rig, mode: str, what: str) -> None:
    """Nobody reaches the primary, who reaches everybody."""
    name = (await rig.platform.replicas.primary()).name
    await rig.injector.disturb([name], SPELL, what, mode=mode)


async def _slow_lines(rig: Rig, _tally: Tally) -> None:
    names = [member.name for member in rig.platform.replicas.members]
    await rig.injector.disturb(names, SPELL, "30 ms away", mode="delay", seconds=0.03)


ACTS: tuple[Act, ...] = (
    _step_down,
    _lose_answers_to_commits,
    _kill,
    _deny_what_was_done,
    _cut_off,
    _lose_answers_to_writes,
    _refuse_commits,
    _half_open,
    _slow_lines,
)

S4 = Scenario(
    name="S4",
    fault="the database stepped down, killed, cut off; commits answered wrongly or not at all",
    holds="0 acknowledged lost; an ambiguous commit has exactly one effect",
    load=FULL,
    play=play,
    replicated=True,
)
