"""What the checker finds: something lost, doubled, stuck or wrong, with its history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from ops.faults.injector import Fault
from ops.faults.ledger import Op
from ops.faults.world import World

Kind = Literal["lost", "doubled", "stuck", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One item that is not as it was told or promised."""

    kind: Kind
    item: str
    """What it is about: a deed of the ledger, an event, a mail."""
    detail: str
    scenario: str = field(default="", compare=False)
    history: tuple[str, ...] = field(default=(), compare=False)


class Historian:
    """Knows what happened to an item, as far as anything tells."""

    def __init__(self, world: World, ops: dict[str, Op], faults: Iterable[Fault]) -> None:
        self._world = world
        self._ops = ops
        self._faults = list(faults)

    def of_event(self, event_id: str) -> tuple[str, ...]:
        """Where an event lies, and who has taken it."""
        lines = [f"in {record.place}, key {record.key}" for record in self._world.by_id.get(event_id, ())]
        lines += [f"{house}: in its inbox" for house, ids in self._world.inbox.items() if event_id in ids]
        lines += [
            f"{house}: parked as {row['state']} after {row.get('tries', 0)} tries ({row.get('reason', '')[:120]})"
            for house, rows in self._world.parked.items()
            for row in rows
            if row["_id"] == event_id
        ]
        effect = self._world.effects.get(event_id)
        if effect:
            moments = ", ".join(_clock(at / 1e9) for at in effect["at"])
            lines.append(f"witness: took effect {effect['times']} times, at {moments}")
            lines += [self._around(at / 1e9) for at in effect["at"]]
        return tuple(line for line in lines if line)

    def of_op(self, op: Op) -> tuple[str, ...]:
        """What a client intended and was told, and what befell the processes meanwhile."""
        lines = []
        for line in op.lines:
            told = {name: value for name, value in line.items() if name not in {"op", "at", "step", "kind", "scenario"}}
            words = " ".join(f"{name}={value}" for name, value in told.items())
            lines.append(f"{_clock(line['at'])} {line['step']} {words}")
            lines.append(self._around(line["at"]))
        return tuple(line for line in lines if line)

    def _around(self, at: float) -> str:
        near = [f for f in self._faults if f.at - 5 <= at <= (f.until or f.at) + 5]
        return "  near " + "; ".join(f"{_clock(f.at)} {f.process} {f.what}" for f in near[:4]) if near else ""


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S.%f")[:-3]
