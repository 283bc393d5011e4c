"""`start`: from nothing to a platform that answers, and the same once everything is there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ops.bench.rig import scratch
from ops.bench.sheet import Plot, Section, Sheet
from ops.embedded.platform import Platform

if TYPE_CHECKING:
    from ops.bench.rig import Rig

NAME, NEEDS = "start", "nothing"
HOW = """\
`plenary up` without the demo, packages and jars being there: *cold* on an empty state folder (databases and Kafka are
laid out, users, topics and access lists made), *warm* on what that left. From the call until every process answers
its readiness probe; *down* until all have ended. On both cores."""


async def measure(rig: Rig, rounds: int) -> Section:
    """In turns: cold, warm."""
    sheet = Sheet("Start and stop", "")
    for number in range(rounds):
        folder = scratch(rig, f"round-{number}")
        settings = rig.settings.model_copy(update={"state_dir": folder})
        for kind in ("cold", "warm"):
            platform = Platform(settings=settings)
            began = time.monotonic()
            await platform.start()
            up = time.monotonic()
            await platform.stop()
            platform.release()
            sheet.add(kind, up_s=up - began, down_s=time.monotonic() - up)
    found = {kind: sheet.spread(kind, "up s") for kind in ("cold", "warm")}
    section = Section(NAME, "Up and down", HOW, [sheet])
    shown = {kind: (spread.median, spread.least, spread.most) for kind, spread in found.items()}
    section.plots.append(Plot("Until everything answers", "seconds", bars=shown))
    return section
