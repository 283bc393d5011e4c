"""The time, as a thing that is handed in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells the time in UTC to the millisecond, shifted by ``offset`` where a rehearsal needs another day."""

    offset: timedelta = timedelta()

    def now(self) -> datetime:
        """The present instant."""
        now = datetime.now(UTC) + self.offset
        return now.replace(microsecond=now.microsecond // 1000 * 1000)
