"""Why am I walled? The reader's own meter, and the rule it goes by (M10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.metering.deps import Deps
from services.metering.handlers.meter import Signed, reads_without_limit
from services.metering.model.access import resets_at
from services.metering.model.policies import Policy, Window, in_force


@dataclass(frozen=True, slots=True)
class CountedArticle:
    """An article that counts at present. An archived one has still been read."""

    id: str
    slug: str
    title: str
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """A reader's meter, with the rule behind it."""

    unlimited: bool
    policy: Policy
    window: Window
    articles: tuple[CountedArticle, ...]
    resets_at: datetime | None

    @property
    def used(self) -> int:
        """How many articles count."""
        return len(self.articles)

    @property
    def remaining(self) -> int:
        """How many more may be opened."""
        return max(0, self.policy.limit - self.used)

    @property
    def state(self) -> Literal["unlimited", "metered", "walled"]:
        """What the next article will meet."""
        if self.unlimited:
            return "unlimited"
        return "metered" if self.remaining else "walled"


async def account_for(deps: Deps, member: Signed | None, cookie: str | None) -> Account:
    """The meter of a member, of the anonymous reader a cookie stands for, or of somebody who has read nothing yet."""
    at = deps.clock.now()
    policy = in_force(await deps.policies.all(), at)
    window = policy.window(at)
    reader = member.reader_id if member else await deps.grants.reader(cookie)
    live = (await deps.meters.find(reader, window)).live(window.since) if reader else ()
    names = await deps.neighbours.names([counted.id for counted in live])
    return Account(
        unlimited=member is not None and await reads_without_limit(deps, member),
        policy=policy,
        window=window,
        articles=tuple(CountedArticle(counted.id, *names.get(counted.id, ("", "")), counted.at) for counted in live),
        resets_at=resets_at(policy, window, live),
    )
