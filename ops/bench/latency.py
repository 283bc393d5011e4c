"""How long each of many things took, put into few figures."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(seconds: Sequence[float], share: float) -> float:
    """The value that ``share`` of them do not exceed (nearest rank); NaN of none. They must be sorted."""
    if not seconds:
        return math.nan
    return seconds[min(len(seconds) - 1, max(0, math.ceil(share * len(seconds)) - 1))]


def milliseconds(taken: Sequence[float]) -> dict[str, float]:
    """The columns of a table, in ms."""
    ordered = sorted(taken)
    return {"p50 ms": percentile(ordered, 0.5) * 1000, "p99 ms": percentile(ordered, 0.99) * 1000}
