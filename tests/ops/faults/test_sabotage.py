"""The rig can fail: where a process breaks a promise, the checker finds the loss or the double, and names it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ops.faults.platform import WITNESS
from ops.faults.rig import Rig, Scenario
from ops.faults.scenarios.repetition import S7
from tests.ops.faults.conftest import comments

pytestmark = pytest.mark.slow


async def test_without_an_inbox_what_comes_twice_is_found_doubled(rehearsal: Rig) -> None:
    await rehearsal.sabotage("witness", "worker", "no-inbox")

    result = await rehearsal.play(replace(S7, name="no-inbox"), 100)

    await rehearsal.restore("witness", "worker")
    doubled = [
        finding for finding in result.findings if finding.kind == "doubled" and "at the witness" in finding.detail
    ]
    assert len(doubled) >= 90
    assert "took effect" in "\n".join(doubled[0].history)


async def test_with_offsets_committed_early_what_a_death_interrupts_is_found_lost(rehearsal: Rig) -> None:
    await rehearsal.sabotage("witness", "worker", "early-commit")

    async def play(rehearsal: Rig, load: int) -> list[str]:
        async with rehearsal.injector.armed({WITNESS: ("sabotage.after-early-commit", 1)}, deaths=1):
            await comments(rehearsal, load)
            await rehearsal.quiet.settle()
        return []

    result = await rehearsal.play(Scenario("early-commit", "", "", 0, play), 10)

    await rehearsal.restore("witness", "worker")
    lost = [f for f in result.findings if f.kind == "lost" and f.item.startswith("CommentPosted")]
    assert {finding.detail for finding in lost} >= {"took no effect at the witness"}
    assert any("in community.comments/" in line for line in lost[0].history)


async def test_with_events_written_apart_from_the_state_the_silent_change_is_found(rehearsal: Rig) -> None:
    await rehearsal.sabotage("community", "api", "events-apart")

    async def play(rehearsal: Rig, load: int) -> list[str]:
        async with rehearsal.injector.armed({"community-api": ("sabotage.between-state-and-events", 5)}, deaths=1):
            await comments(rehearsal, load)
        return []

    result = await rehearsal.play(Scenario("events-apart", "", "", 0, play), 10)

    await rehearsal.restore("community", "api")
    assert "the comment is there and no event tells of it" in {finding.detail for finding in result.findings}


async def test_the_same_platform_without_sabotage_has_no_findings(rehearsal: Rig) -> None:
    async def play(rehearsal: Rig, load: int) -> list[str]:
        await comments(rehearsal, load)
        return []

    result = await rehearsal.play(Scenario("sound", "", "", 0, play), 10)

    assert result.findings == []
    assert result.answers["done"] == 10
