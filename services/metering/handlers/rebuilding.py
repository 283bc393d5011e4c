"""Making the meters again from the log, after a loss, and seeing that they are equal (M4)."""

from __future__ import annotations

from datetime import datetime

from services.metering.deps import Deps
from services.metering.model.access import Counted, linger
from services.metering.model.policies import Policy, in_force
from services.metering.model.rebuilding import Place, compare, counting, meters_from
from shared.events.accounts import ReaderLinked
from shared.events.metering import MeterAdvanced
from shared.rebuilding import Findings, Log

Told = dict[str, MeterAdvanced | ReaderLinked]
"""What the log tells, by the events' ids."""


async def rebuild_meters(deps: Deps, log: Log, dry: bool) -> Findings:
    """Compare every meter with what the events tell, and put back what is lost unless ``dry``.

    What is kept beyond what the log tells is reported and left: it costs its reader one article of one window, while a
    lost one could be had for nothing.
    """
    until = deps.clock.now()
    policies = await deps.policies.all(fresh=True)
    told = {envelope.id: envelope.event async for envelope in log if isinstance(envelope.event, _EVENTS)}
    findings = Findings()
    lost = await _compare(deps, told, policies, until, findings)
    if not dry:
        policy = in_force(policies, until)
        await deps.meters.restore(lost, linger(policy.window(until), policy, until))
        for event in told.values():
            if isinstance(event, ReaderLinked):
                await deps.neighbours.remember_link(event.reader_id, event.member_id, event.linked_at, None)
    return findings


_EVENTS = (MeterAdvanced, ReaderLinked)


async def _compare(
    deps: Deps, told: Told, policies: list[Policy], until: datetime, findings: Findings
) -> dict[Place, tuple[Counted, ...]]:
    """What is lost, by meter; every difference is noted in ``findings``."""
    meters = counting(meters_from(told.items()), policies, until)
    reach = min((event.advanced_at for event in told.values() if isinstance(event, MeterAdvanced)), default=until)
    lost: dict[Place, tuple[Counted, ...]] = {}
    async for kept in deps.meters.everything():
        place = (kept.reader_id, kept.window)
        articles = counting({place: kept.articles}, policies, until)[place]
        found = compare(articles, meters.pop(place, ()), reach=reach, until=until)
        findings.compared += 1
        for counted in found.unexplained:
            if counted.event not in kept.waiting:
                _note(findings, place, counted.id, kept=counted, log=None)
        if found.lost:
            lost[place] = found.lost
            mine = {counted.id: counted for counted in articles}
            for counted in found.lost:
                _note(findings, place, counted.id, kept=mine.get(counted.id), log=counted)
    for place, missing in meters.items():
        findings.compared += 1
        if missing:
            lost[place] = missing
        for counted in missing:
            _note(findings, place, counted.id, kept=None, log=counted)
    return lost


def _note(findings: Findings, place: Place, article: str, *, kept: Counted | None, log: Counted | None) -> None:
    reader, window = place
    findings.differs(
        reader=reader,
        window=window,
        article=article,
        kept=kept and {"at": kept.at, "event": kept.event},
        log=log and {"at": log.at, "event": log.event},
    )
