"""One step of the tour: something a person does, what they see, and the events that follow."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from ops.tour.watch import Heard, Watch
from shared import trace
from shared.trace import Trace

Headers = dict[str, str]


@dataclass(frozen=True)
class Action:
    """Something to do: asks the site with the headers it is given, and returns what was seen."""

    title: str
    do: Callable[[Headers], Awaitable[str]]
    causes: tuple[str, ...] = ()
    """The events that must follow, by name."""


@dataclass
class Step:
    """An action that was done."""

    title: str
    trace: Trace
    saw: str = ""
    seconds: float = 0.0
    events: list[Heard] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        """For programs."""
        return {
            "title": self.title,
            "saw": self.saw,
            "trace_id": self.trace.trace_id,
            "seconds": round(self.seconds, 3),
            "events": [heard.as_data() for heard in self.events],
        }


async def take(action: Action, watch: Watch, steps: list[Step]) -> Step:
    """Do it under a trace of its own, and wait for what follows.

    The trace travels with every request and every event that a request or another event causes, so that nothing that
    others do meanwhile is taken for ours.
    """
    step = Step(action.title, trace.new())
    steps.append(step)
    began = time.perf_counter()
    step.saw = await action.do({"traceparent": step.trace.header()})
    step.seconds = time.perf_counter() - began
    step.events = await watch.all_that_follows(step.trace.trace_id, action.causes)
    return step
