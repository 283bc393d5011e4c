"""How much may be read without joining, in what span of time: dated, versioned, decided by people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict

from services.metering.errors import PolicyInThePast, PolicyInvalid

QUARTER_HOUR = 900
Kind = Literal["calendar-month", "rolling-days"]


class Window(BaseModel):
    """The span in which articles are counted together."""

    model_config = ConfigDict(frozen=True)

    name: str
    """The same for everyone who reads under the same policy at the same time."""
    since: datetime
    """What was read before does not count."""
    resets_at: datetime | None
    """When the count begins again; None where that depends on what was read (rolling days)."""


class Policy(BaseModel):
    """A rule of the meter, in force from ``starts_at`` until the next one starts."""

    model_config = ConfigDict(frozen=True)

    id: str = ""
    """Derived from the request that made it, so that a repetition of that finds it."""
    version: int
    limit: int
    kind: Kind = "calendar-month"
    zone: str = "Etc/UTC"
    days: int | None = None
    starts_at: datetime
    created_by: str | None = None

    def window(self, at: datetime) -> Window:
        """The window that ``at`` falls into."""
        if self.kind == "rolling-days":
            return Window(name=f"rolling-{self.days}d", since=at - self.length, resets_at=None)
        return _month(self.zone, int(at.timestamp()) // QUARTER_HOUR)

    @property
    def length(self) -> timedelta:
        """How long an article counts under rolling days."""
        return timedelta(days=self.days or 0)

    def rule(self) -> str:
        """The rule in words, for the reader who asks why."""
        articles = "1 article" if self.limit == 1 else f"{self.limit} articles"
        if self.kind == "rolling-days":
            return f"{articles} in any {self.days} days"
        return f"{articles} in a calendar month ({self.zone})"


@lru_cache(maxsize=64)
def _month(name: str, quarter_hour: int) -> Window:
    """The calendar month, in a zone, of a quarter of an hour: since 1972 no zone begins its days anywhere else."""
    zone = ZoneInfo(name)
    local = datetime.fromtimestamp(quarter_hour * QUARTER_HOUR, zone)
    first = datetime(local.year, local.month, 1, tzinfo=zone)
    following = datetime(local.year + local.month // 12, local.month % 12 + 1, 1, tzinfo=zone)
    return Window(name=f"{local:%Y-%m}@{name}", since=first.astimezone(UTC), resets_at=following.astimezone(UTC))


def decide(
    *,
    policy_id: str,
    version: int,
    limit: int,
    kind: Kind,
    zone: str,
    days: int | None,
    starts_at: datetime,
    by: str,
    at: datetime,
) -> Policy:
    """A new policy; refuses what could not be kept."""
    if limit < 0:
        raise PolicyInvalid("The limit is how many articles may be read: 0 or more.")
    if (kind == "rolling-days") != (days is not None):
        raise PolicyInvalid("Give days with rolling-days, and only then.")
    if days is not None and not 1 <= days <= 366:
        raise PolicyInvalid("Between 1 and 366 days.")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise PolicyInvalid(f"{zone!r} is no IANA time zone.") from None
    if starts_at < at:
        raise PolicyInThePast("What was decided for the past cannot be changed.")
    return Policy(
        id=policy_id,
        version=version,
        limit=limit,
        kind=kind,
        zone=zone,
        days=days,
        starts_at=starts_at,
        created_by=by,
    )


def in_force(policies: list[Policy], at: datetime) -> Policy:
    """The newest of those that have started; policies are never taken back, only followed."""
    started = [policy for policy in policies if policy.starts_at <= at]
    return max(started or policies[:1], key=lambda policy: (policy.starts_at, policy.version))
