"""What a member wants to hear, and when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.notifications.errors import PurposeEssential, TopicUnknown
from services.notifications.model.purposes import RULES
from shared.events.notifications import Purpose
from shared.model import Aggregate

Cadence = Literal["instant", "off"]
"""``daily`` and ``weekly`` come with the digests."""


class QuietHours(BaseModel):
    """From ``start`` to ``end`` by the clock on the member's wall; over midnight where the end is the earlier."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: time = Field(description="HH:MM", examples=["22:00"])
    end: time = Field(description="HH:MM", examples=["07:00"])

    @field_validator("start", "end", mode="before")
    @classmethod
    def _as_a_clock_shows_it(cls, value: Any) -> Any:
        """No number of seconds since midnight, which pydantic takes as well."""
        if isinstance(value, time) or (isinstance(value, str) and ":" in value):
            return value
        raise ValueError("must be a wall time such as 22:00")

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.start == self.end:
            raise ValueError("start and end are the same; leave quiet_hours out to have none")
        if self.start.tzinfo or self.end.tzinfo:
            raise ValueError("give wall times without an offset")
        return self

    def over_at(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When the quiet hours that last at ``now`` are over, or None if it is not quiet."""
        local = now.astimezone(zone)
        wall = local.time()
        if self.start < self.end:
            quiet, days = self.start <= wall < self.end, 0
        else:
            quiet, days = wall >= self.start or wall < self.end, 1 if wall >= self.start else 0
        if not quiet:
            return None
        end = datetime.combine(local.date() + timedelta(days=days), self.end, zone)
        # A wall time that clocks skip lies, counted with the offset before the gap, just after it. One that comes
        # twice is over at its first coming, unless that has passed.
        first, second = (end.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
        return first if first > now else second


class Preferences(Aggregate):
    """A member's choices; what is not mentioned is sent at once."""

    purposes: dict[Purpose, Cadence] = Field(default_factory=dict)
    topics: dict[str, Cadence] = Field(default_factory=dict)
    quiet_hours: QuietHours | None = None

    @property
    def choices(self) -> dict[Purpose, Cadence]:
        """Every purpose with what is chosen for it."""
        return {purpose: self.purposes.get(purpose, "instant") for purpose in RULES}

    def chosen(
        self,
        purposes: Mapping[Purpose, Cadence],
        topics: Mapping[str, Cadence],
        quiet_hours: QuietHours | None,
        *,
        known_topics: Collection[str],
    ) -> Preferences:
        """The member's new choices, in place of all the old ones."""
        for purpose, cadence in purposes.items():
            if cadence == "off" and not RULES[purpose].mutable:
                raise PurposeEssential(f"{purpose} is about your account or what you registered for.", purpose=purpose)
        unknown = sorted(set(topics) - set(known_topics))
        if unknown:
            raise TopicUnknown(f"Nothing has been published under {unknown[0]!r}.", topics=unknown)
        off = {purpose: cadence for purpose, cadence in purposes.items() if cadence == "off"}
        return self.model_copy(update={"purposes": off, "topics": dict(topics), "quiet_hours": quiet_hours})

    def muted(self, purpose: Purpose) -> Preferences:
        """As the one-click link of a mail asks; the same again changes nothing."""
        if not RULES[purpose].mutable:
            raise PurposeEssential(f"{purpose} is about your account or what you registered for.", purpose=purpose)
        if self.choices[purpose] == "off":
            return self
        return self.model_copy(update={"purposes": {**self.purposes, purpose: "off"}})

    def allow(self, purpose: Purpose, topics: Collection[str]) -> bool:
        """Whether mail for this purpose, about something under these topics, is wanted."""
        rule = RULES[purpose]
        if rule.mutable and self.choices[purpose] == "off":
            return False
        every_topic_off = bool(topics) and all(self.topics.get(topic) == "off" for topic in topics)
        return not (rule.by_topic and every_topic_off)
