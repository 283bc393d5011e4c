"""What no sender gets round to: mail that is too late, and mail whose worker has died."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from services.notifications import counting
from services.notifications.deps import Deps
from services.notifications.model.message import GIVEN_UP, HELD, WAITING, Decision, Message

BATCH = 200


async def sweep(deps: Deps) -> int:
    """One round over what has expired and what was left behind; returns how many messages it changed."""
    now = deps.clock.now()
    changed = 0
    for message in await deps.messages.lapsed(BATCH):
        after = await deps.messages.change(message.id, _lapse(message.fence, now), at=now)
        if after.state not in HELD:
            changed += 1
            counting.lapsed(after.state)
    for message in await deps.messages.overdue(now, BATCH):
        await deps.messages.change(message.id, lambda found: found.expired(now), at=now)
        changed += 1
    if changed:
        deps.bell.ring()
    return changed


def _lapse(fence: int, now: datetime) -> Callable[[Message], Decision]:
    return lambda found: found.lapsed(fence, now)


async def count_messages(deps: Deps) -> None:
    """Tell Prometheus how many messages wait, are held, and were given up."""
    for state in (*WAITING, *HELD, *GIVEN_UP):
        counting.waiting(state, await deps.messages.count(state))
