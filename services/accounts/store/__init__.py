"""The only room that knows MongoDB."""

from __future__ import annotations

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.accounts.store.domains import DomainLists
from services.accounts.store.limits import Limits
from services.accounts.store.members import Members
from services.accounts.store.proofs import Proofs
from services.accounts.store.readers import ReaderLinks
from services.accounts.store.sessions import Sessions

AGGREGATES = ("members", "proofs", "sessions", "reader_links")
"""The collections that carry an outbox."""

INDEXES: dict[str, list[IndexModel]] = {
    "members": [
        IndexModel([("address_key", ASCENDING)], name="one_per_address", unique=True),
        IndexModel(
            [("external_id", ASCENDING)],
            name="by_external_id",
            unique=True,
            partialFilterExpression={"external_id": {"$gt": ""}},  # Not {"$type": ...}: equality would not use it.
        ),
        IndexModel([("joined_at", DESCENDING), ("_id", DESCENDING)], name="newest"),
        IndexModel([("roles", ASCENDING), ("joined_at", DESCENDING), ("_id", DESCENDING)], name="by_role"),
        IndexModel(
            [("review.state", ASCENDING), ("review.requested_at", ASCENDING), ("_id", ASCENDING)], name="by_review"
        ),
    ],
    "proofs": [IndexModel([("state", ASCENDING), ("expires_at", ASCENDING)], name="by_end")],
    "sessions": [
        IndexModel([("member_id", ASCENDING), ("ended_at", ASCENDING), ("expires_at", ASCENDING)], name="by_member"),
        IndexModel([("expires_at", ASCENDING)], name="by_end"),
    ],
    "reader_links": [IndexModel([("member_id", ASCENDING)], name="by_member")],
    "domain_lists": [],
    "limits": [IndexModel([("until", ASCENDING)], name="forget", expireAfterSeconds=0)],
}

__all__ = [
    "AGGREGATES",
    "INDEXES",
    "DomainLists",
    "Limits",
    "Members",
    "Proofs",
    "ReaderLinks",
    "Sessions",
]
