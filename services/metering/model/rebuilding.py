"""The meters as the log tells them: what a lost store is made of again, and what proves that the live one is right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from services.metering.model.access import Counted, in_order, merged
from shared.events.accounts import ReaderLinked
from shared.events.metering import MeterAdvanced

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


def live(meters: Mapping[Place, Iterable[Counted]], since: datetime) -> dict[Place, tuple[Counted, ...]]:
    """What of it still counts."""
    return {place: tuple(c for c in articles if c.at >= since) for place, articles in meters.items()}


def _order(said: tuple[str, MeterAdvanced | ReaderLinked]) -> tuple[datetime, bool, str]:
    """By time, and what was read at the very moment of a link before it."""
    event_id, event = said
    if isinstance(event, MeterAdvanced):
        return event.advanced_at, False, event_id
    return event.linked_at, True, event_id
