"""What members hear of, and what a click did."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from web.api.shapes.base import Shape


class Preferences(Shape):
    """What the member wants to hear."""

    purposes: dict[str, str]
    topics: dict[str, str]
    quiet_hours: dict[str, str] | None


class PurposeShown(Shape):
    """A kind of mail."""

    purpose: str
    mutable: bool


class Unsubscription(Shape):
    """What a link in a mail is about."""

    purpose: str
    unsubscribed: bool


class JourneyStep(Shape):
    """One thing that one process did on a journey."""

    at: datetime
    after_ms: float
    kind: Literal["request", "published", "applied", "repeated", "parked"]
    service: str
    role: str
    name: str
    occurred_at: datetime | None = None
    status: int | None = None
    milliseconds: float | None = None

    @property
    def since_ms(self) -> float | None:
        """Milliseconds from when its event was true until this."""
        return None if self.occurred_at is None else (self.at - self.occurred_at).total_seconds() * 1000


class Journey(Shape):
    """What one click did, across the services."""

    trace_id: str
    steps: list[JourneyStep]
    processes: int
    answered: int
