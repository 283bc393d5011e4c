"""Views: what can be counted again from the log, counted by Faust and shown from MongoDB.

A view hears events, counts them in memory by key and bucket of time, and once an interval writes what changed: first
into a Faust table, whose changelog on Kafka is what a restart continues from, then as a snapshot into a collection of
the service, where its API reads. A hopping window is the sum of its tumbling buckets, built when it is asked for.

**For display only.** Faust acknowledges records past those in flight and after exceptions, and its commits cannot be
tied to a MongoDB transaction. What would be a lie to someone if it were lost is an effect and goes through the inbox
(:mod:`shared.inbox`); what comes here can be recomputed, and at worst a number is off until it is. In ordinary
restarts and rebalances it is not: offsets are committed after the table is written, the table carries the offset it
is counted up to, and an event that comes a second time within the last ten thousand or so of its partition is known
by its id.

The figures behind the shape are in ``docs/decisions/views-count-before-the-table.md``; ``ops/bench/views.py``
measures them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.views.snapshot import indexes, totals
from shared.views.tallies import Count, View

if TYPE_CHECKING:
    from shared.views.component import ViewComponent

__all__ = ["Count", "View", "ViewComponent", "indexes", "totals"]


def __getattr__(name: str) -> Any:
    """Fetch the component when it is first asked for: APIs read views and never run one, and Faust takes 20 MB."""
    if name == "ViewComponent":
        from shared.views.component import ViewComponent  # noqa: PLC0415

        return ViewComponent
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
