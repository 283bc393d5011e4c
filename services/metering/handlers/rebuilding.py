"""Making the meters again from the log, after a loss (M4)."""

from __future__ import annotations

from collections.abc import Iterable

from services.metering.deps import Deps
from services.metering.model.access import linger
from services.metering.model.policies import in_force
from services.metering.model.rebuilding import meters_from
from shared.events.accounts import ReaderLinked
from shared.events.metering import MeterAdvanced


async def rebuild_meters(deps: Deps, log: Iterable[tuple[str, MeterAdvanced | ReaderLinked]]) -> int:
    """Put back every meter, and who turned out to be whom, as the events tell, each with its id; returns how many
    meters those are.

    Run it before the doors open: it writes over what is there.
    """
    at = deps.clock.now()
    policy = in_force(await deps.policies.all(fresh=True), at)
    known = dict(log)
    for event in known.values():
        if isinstance(event, ReaderLinked):
            await deps.neighbours.remember_link(event.reader_id, event.member_id, event.linked_at, None)
    meters = meters_from(known.items())
    await deps.meters.restore(meters, linger(policy.window(at), policy, at))
    return len(meters)
