"""What this process did lately, by journey: kept in memory, within bounds, until somebody asks (O5).

A journey is all that one trace id runs through: the request, the events that follow, what each service does about
them. Every process remembers its own steps and nobody else's, so that remembering costs an append, and asking costs
only who asks. No step names a person: it has a route's template, an event's type and id, a handler's name, and times.
"""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple, TypeAlias

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared import trace

Kind: TypeAlias = Literal["request", "published", "applied", "repeated", "parked"]
"""A request was answered; an event was taken by the broker; it had its effect, or had had it before; it failed and is
tried again.
"""

PATH = "/internal/journeys"
MOST_STEPS = 200
"""Of one journey in one process. The longest there is, a rush of registrations in one trace, has a few dozen."""

KEPT_SECONDS = 900.0
KEY_HEADER = "x-plenary-gateway-key"


class Step(NamedTuple):
    """One thing that was done. Times are seconds since the epoch."""

    at: float
    kind: Kind
    name: str
    """A method and a route's template, or an event's type."""
    span: str = ""
    """The step of the trace that it was."""
    parent: str = ""
    """The step that caused it, where that is known."""
    event_id: str | None = None
    occurred_at: float | None = None
    """When the event became true."""
    status: int | None = None
    seconds: float | None = None
    handler: str | None = None


class Journeys:
    """The journeys that this process took part in, the latest ones."""

    def __init__(self) -> None:
        self.service = ""
        self.role = ""
        self._most = 0
        self._steps: OrderedDict[str, list[Step]] = OrderedDict()

    def begin(self, service: str, role: str, most: int) -> None:
        """Remember at most this many journeys from now on; none forgets all."""
        self.service, self.role, self._most = service, role, most
        self._steps.clear()

    @property
    def remembers(self) -> bool:
        """Whether anything is remembered at all."""
        return self._most > 0

    def note(self, trace_id: str, step: Step) -> None:
        """Remember a step. The journey that was looked at or went on longest ago makes room."""
        steps = self._steps.get(trace_id)
        if steps is None:
            if not self._most:
                return
            if len(self._steps) >= self._most:
                self._steps.popitem(last=False)
            self._steps[trace_id] = [step]
        elif len(steps) < MOST_STEPS:
            steps.append(step)

    def steps(self, trace_id: str) -> list[Step]:
        """What is remembered of a journey. While somebody looks at it, it is not forgotten for want of room."""
        steps = self._steps.get(trace_id)
        if steps is None:
            return []
        self._steps.move_to_end(trace_id)
        oldest = time.time() - KEPT_SECONDS
        return [step for step in steps if step.at >= oldest]


JOURNEYS = Journeys()
"""This process's own. Remembers nothing until the process has begun."""


def requested(method: str, route: str, status: int, seconds: float) -> None:
    """The request under way was answered."""
    here = trace.current()
    if here is not None and JOURNEYS.remembers:
        step = Step(
            time.time() - seconds,
            "request",
            f"{method} {route}",
            here.span_id,
            here.parent_id,
            None,
            None,
            status,
            seconds,
        )
        JOURNEYS.note(here.trace_id, step)


def published(rows: Iterable[Any], ids: set[str]) -> None:
    """The broker has taken those rows of an outbox whose ids are among ``ids``."""
    if not JOURNEYS.remembers:
        return
    at = time.time()
    for row in rows:
        cause = trace.parse(row["trace"])
        if cause is not None and row["id"] in ids:
            occurred_at = row["time"].timestamp()
            name = row["type"] or f"tombstone on {row['topic']}"
            JOURNEYS.note(cause.trace_id, Step(at, "published", name, "", cause.span_id, row["id"], occurred_at))


def heard(kind: Kind, envelope: Any, *, handler: str | None = None, span: str = "") -> None:
    """An event that arrived had its effect, or failed."""
    if not JOURNEYS.remembers:
        return
    cause = trace.parse(envelope.traceparent)
    if cause is not None:
        step = Step(
            time.time(),
            kind,
            envelope.type or "tombstone",
            span,
            cause.span_id,
            envelope.id,
            envelope.time.timestamp(),
            handler=handler,
        )
        JOURNEYS.note(cause.trace_id, step)


def routes(key: SecretStr | None = None) -> list[Route]:
    """Where the service that shows journeys asks this process. The gateway leads nobody here, and whoever comes another
    way must know its key.
    """

    async def remembered(request: Request) -> Response:
        expected = key or request.app.state.resources.settings.gateway_key
        given = request.headers.get(KEY_HEADER, "")
        if not hmac.compare_digest(given.encode(), expected.get_secret_value().encode()):
            return Response(status_code=404)
        steps = JOURNEYS.steps(request.path_params["trace_id"])
        return JSONResponse(
            {"service": JOURNEYS.service, "role": JOURNEYS.role, "steps": [step._asdict() for step in steps]},
            headers={"Cache-Control": "no-store"},
        )

    return [Route(f"{PATH}/{{trace_id}}", remembered, methods=["GET"])]
