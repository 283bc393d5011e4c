"""The only room that knows MongoDB."""

from pymongo import ASCENDING, IndexModel

from services.metering.store.decisions import Ask
from services.metering.store.meters import Meters
from services.metering.store.neighbours import Neighbours
from services.metering.store.networks import Networks
from services.metering.store.policies import Policies
from shared.views.snapshot import indexes as view_indexes

INDEXES: dict[str, list[IndexModel]] = {
    "meters": [
        IndexModel([("reader_id", ASCENDING), ("window", ASCENDING)], name="by_reader"),
        IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0),
    ],
    "articles": [IndexModel([("slugs", ASCENDING)], name="by_slug")],
    "members": [],
    "links": [IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0)],
    "policies": [],
    "networks": [IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=0)],
    "funnel": view_indexes("dimension"),
}

AGGREGATES: tuple[str, ...] = ("meters",)
"""The collections whose documents carry an outbox."""

GATHERED: tuple[str, ...] = (*AGGREGATES, "facts")
"""Where events are in no hurry: only views count what a meter says, and nothing else is said here."""

__all__ = ["AGGREGATES", "GATHERED", "INDEXES", "Ask", "Meters", "Neighbours", "Networks", "Policies"]
