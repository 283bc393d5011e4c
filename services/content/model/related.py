"""Which items go with an item: shared topics first, then place and kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar


class Placed(Protocol):
    """What relation is judged by."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def topics(self) -> tuple[str, ...]: ...
    @property
    def regions(self) -> tuple[str, ...]: ...
    @property
    def country(self) -> str | None: ...
    @property
    def series(self) -> str | None: ...


P = TypeVar("P", bound=Placed)


def most_related(item: Placed, candidates: Iterable[P], *, limit: int) -> Sequence[P]:
    """The candidates closest to ``item``, closest first; of equals the one that came first."""
    others = [candidate for candidate in candidates if candidate.id != item.id and _closeness(item, candidate)]
    return sorted(others, key=lambda other: -_closeness(item, other))[:limit]


def _closeness(item: Placed, other: Placed) -> int:
    """A shared series outweighs all, a shared topic a shared country, a country a region; kind breaks ties only."""
    shared = (
        (16 if item.series and item.series == other.series else 0)
        + 4 * len(set(item.topics) & set(other.topics))
        + (3 if item.country and item.country == other.country else 0)
        + len(set(item.regions) & set(other.regions))
    )
    return shared * 2 + (item.kind == other.kind) if shared else 0
