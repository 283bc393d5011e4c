"""The meter in a dozen lines, without a database: what the real one is held against."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Rule:
    """A policy: so many articles in a calendar month of a zone, or in any ``days`` days."""

    starts_at: datetime
    version: int
    limit: int
    zone: str = "Etc/UTC"
    days: int | None = None

    def window(self, at: datetime) -> str:
        return f"rolling-{self.days}d" if self.days else f"{at.astimezone(ZoneInfo(self.zone)):%Y-%m}@{self.zone}"

    def counts(self, charged_at: datetime, at: datetime) -> bool:
        return self.days is None or charged_at >= at - timedelta(days=self.days)


@dataclass
class Reference:
    """Who was charged for what, and when; what has stopped counting is forgotten when the meter is next asked."""

    rules: list[Rule]
    charged: defaultdict[tuple[str, str], dict[str, datetime]] = field(default_factory=lambda: defaultdict(dict))
    charges: int = 0

    def rule(self, at: datetime) -> Rule:
        return max((r for r in self.rules if r.starts_at <= at), key=lambda r: (r.starts_at, r.version))

    def live(self, reader: str, at: datetime) -> dict[str, datetime]:
        rule = self.rule(at)
        charged = self.charged[reader, rule.window(at)].items()
        return {article: then for article, then in charged if rule.counts(then, at)}

    def read(self, reader: str, article: str, at: datetime, *, given: bool = False) -> bool:
        rule, live = self.rule(at), self.live(reader, at)
        if article not in live and (given or len(live) < rule.limit):
            live[article], self.charges = at, self.charges + 1
        self.charged[reader, rule.window(at)] = live
        return article in live

    def link(self, reader: str, member: str, linked_at: datetime) -> None:
        for (who, window), charged in list(self.charged.items()):
            mine = self.charged[member, window]
            theirs = {article: then for article, then in charged.items() if who == reader and then <= linked_at}
            mine |= {article: max(then, mine.get(article, then)) for article, then in theirs.items()}
