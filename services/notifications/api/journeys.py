"""The board of one click's journey: what it did, event by event, across the services (O5)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field

from services.notifications.deps import Deps
from services.notifications.journeys import Told
from shared.errors import Forbidden, NotSignedIn
from shared.http import Anyone, deps_of, fresh, json_bytes
from shared.journeys import Kind

router = APIRouter(prefix="/v1/journeys", tags=["journeys"])
Wired = Annotated[Deps, Depends(deps_of)]
TraceId = Annotated[
    str,
    Path(
        pattern=r"^[0-9a-f]{32}$",
        description="Of `traceresponse` or `traceparent`; or `x-request-id` without its hyphens, where you sent none.",
    ),
]
STAFF = ("editor", "moderator", "community_manager", "admin")
PRIVATE = {"Cache-Control": "private, no-cache"}


class StepView(BaseModel):
    """One thing that one process did."""

    at: datetime
    after_ms: float
    """Milliseconds after the journey's first step."""
    kind: Kind
    """A `request` was answered. An event was `published`: the broker has it; `applied`: it had its effect, in one
    transaction; `repeated`: it came again, and had none; `parked`: it failed, and is tried again.
    """
    service: str
    role: str
    """The service's `api` or its `worker`."""
    name: str
    """A method and a route, or an event, such as `CommentPosted`."""
    event_id: str | None
    occurred_at: datetime | None
    """When the event became true; to `at` is how long it took until it was published, or had its effect."""
    handler: str | None
    status: int | None
    milliseconds: float | None
    """How long a request took."""
    span: str
    parent: str
    """The span that caused it, where that is known."""


class JourneyView(BaseModel):
    """What is remembered of a journey, in the order in which it happened."""

    trace_id: str
    steps: list[StepView]
    processes: int = Field(description="How many were asked.")
    answered: int = Field(description="How many answered; what the others did is missing.")


@router.get("/{trace_id}", response_model=JourneyView)
async def get_journey(trace_id: TraceId, viewer: Anyone, deps: Wired, request: Request) -> Response:
    """What one click did, event by event, across the services; for staff, and for everybody in the embedded run.

    Ask again with `If-None-Match` while you wait for more. It is remembered for a quarter of an hour at most, and for
    less where much goes on. No step names a person.
    """
    if not deps.settings.journeys_open:
        if viewer is None:
            raise NotSignedIn
        if not viewer.may(*STAFF):
            raise Forbidden("Journeys are shown to staff.")
    asked = await deps.processes.steps(trace_id)
    began = asked.steps[0].step["at"] if asked.steps else 0.0
    journey = JourneyView(
        trace_id=trace_id,
        steps=[_step(told, began) for told in asked.steps],
        processes=asked.processes,
        answered=asked.answered,
    )
    body = json_bytes(journey)
    return fresh(request, body, f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"', PRIVATE)


def _step(told: Told, began: float) -> StepView:
    step = told.step
    occurred_at = step["occurred_at"]
    return StepView(
        at=_instant(step["at"]),
        after_ms=round((step["at"] - began) * 1000, 1),
        kind=step["kind"],
        service=told.service,
        role=told.role,
        name=_short(step["name"]),
        event_id=step["event_id"],
        occurred_at=None if occurred_at is None else _instant(occurred_at),
        handler=step["handler"],
        status=step["status"],
        milliseconds=None if step["seconds"] is None else round(step["seconds"] * 1000, 1),
        span=step["span"],
        parent=step["parent"],
    )


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _short(name: str) -> str:
    """``plenary.community.CommentPosted.v1`` is ``CommentPosted`` to people."""
    return name.split(".")[2] if name.startswith("plenary.") else name
