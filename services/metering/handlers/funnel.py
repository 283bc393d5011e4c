"""The way from reading to joining (M14), as the view has counted it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.metering.deps import Deps
from services.metering.streams import FUNNEL
from shared.views import totals

MEASURES = ("viewed", "walled", "joined")


@dataclass(frozen=True, slots=True)
class Step:
    """One day of one topic or region."""

    value: str
    day: datetime
    viewed: int
    walled: int
    joined: int


async def funnel(deps: Deps, dimension: str, days: int) -> list[Step]:
    """The last ``days`` days, today included, newest first."""
    since = FUNNEL.since(deps.clock.now(), timedelta(days=days))
    where = {"dimension": dimension}
    found = await totals(deps.funnel, where=where, since=since, by=("at", "value"), measures=MEASURES)
    steps = [Step(row["value"], row["at"], **{name: row[name] for name in MEASURES}) for row in found]
    return sorted(steps, key=lambda step: (-step.day.timestamp(), -step.viewed, step.value))
