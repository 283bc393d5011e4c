"""The meters as the log tells them: what a lost store is made of again, and what proves that the live one is right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from services.metering.model.access import Counted, in_order, merged
from services.metering.model.policies import Policy
from shared.events.accounts import ReaderLinked
from shared.events.metering import MeterAdvanced

EVER = datetime.min.replace(tzinfo=UTC)

Place = tuple[str, str]
"""A reader and a window."""


def meters_from(log: Iterable[tuple[str, MeterAdvanced | ReaderLinked]]) -> dict[Place, tuple[Counted, ...]]:
    """Every meter, from the events (each with its id) of what was counted and who turned out to be whom.

    Repetitions and disorder do not matter: the events are taken by their own times.
    """
    meters: dict[Place, dict[str, Counted]] = defaultdict(dict)
    for event_id, event in sorted(dict(log).items(), key=_order):
        if isinstance(event, MeterAdvanced):
            place = (event.reader_id, event.window)
            # Under rolling days an article counts anew once it had stopped counting: the newest time is the true one.
            meters[place][event.article_id] = Counted(event.article_id, event.advanced_at, event_id)
        else:
            _link(meters, event)
    return {place: in_order(articles.values()) for place, articles in meters.items()}


def _link(meters: dict[Place, dict[str, Counted]], event: ReaderLinked) -> None:
    member = f"member:{event.member_id}"
    for (reader, window), articles in list(meters.items()):
        if reader == event.reader_id:
            union = merged(meters[member, window].values(), articles.values(), event.linked_at)
            meters[member, window] = {counted.id: counted for counted in union}


def counting(
    meters: Mapping[Place, Iterable[Counted]], policies: Iterable[Policy], at: datetime
) -> dict[Place, tuple[Counted, ...]]:
    """What of it still counts: under rolling days, not what has been read too long ago."""
    rolling = {policy.window(at).name: at - policy.length for policy in policies if policy.kind == "rolling-days"}
    return {
        place: tuple(counted for counted in articles if counted.at >= rolling.get(place[1], EVER))
        for place, articles in meters.items()
    }


@dataclass(frozen=True, slots=True)
class Comparison:
    """How what is kept of a meter differs from what the log tells."""

    lost: tuple[Counted, ...]
    """The log tells of it, and it is not kept, or otherwise."""
    unexplained: tuple[Counted, ...]
    """It is kept, and the log does not tell of it, though it reaches back that far."""


def compare(kept: Iterable[Counted], log: Iterable[Counted], *, reach: datetime, until: datetime) -> Comparison:
    """Compare one meter. The log was read at ``until`` and its oldest event is of ``reach``; what is newer or older
    than that is nothing it could have told.
    """
    mine, told = {counted.id: counted for counted in kept}, {counted.id: counted for counted in log}
    newer = {counted.id for counted in mine.values() if counted.at >= until}
    lost = (counted for counted in told.values() if counted.id not in newer and mine.get(counted.id) != counted)
    extra = (c for c in mine.values() if c.id not in told and reach <= c.at < until)
    return Comparison(in_order(lost), in_order(extra))


def _order(said: tuple[str, MeterAdvanced | ReaderLinked]) -> tuple[datetime, bool, str]:
    """By time, and what was read at the very moment of a link before it."""
    event_id, event = said
    if isinstance(event, MeterAdvanced):
        return event.advanced_at, False, event_id
    return event.linked_at, True, event_id
