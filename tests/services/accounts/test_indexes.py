"""Every question to the database is answered from an index."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.services.accounts.conftest import House
from tests.support import assert_index_used, stages

AT = datetime(2026, 7, 14, tzinfo=UTC)
LAST = (AT, "some-id")


async def test_lists_come_from_indexes_in_their_order(house: House) -> None:
    deps = house.deps

    for cursor in (
        deps.members.newest(role=None, before=None, limit=20),
        deps.members.newest(role=None, before=LAST, limit=20),
        deps.members.newest(role="editor", before=None, limit=20),
        deps.members.newest(role="editor", before=LAST, limit=20),
        deps.members.reviews("waiting", after=None, limit=20),
        deps.members.reviews("waiting", after=LAST, limit=20),
        deps.sessions.live("some-member", AT),
        deps.domains._collection.find({"_id": {"$lt": "domains-00000009"}}).sort("_id", -1),
    ):
        await assert_index_used(cursor)


async def test_what_the_sweep_looks_for_comes_from_an_index(house: House) -> None:
    explained = await house.deps.proofs.expired(AT, limit=100).explain()

    found = stages(explained["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in found
    assert "COLLSCAN" not in found


async def test_single_documents_come_from_indexes(house: House) -> None:
    queries: list[tuple[str, dict[str, Any]]] = [
        ("members", {"address_key": "aroha@health.govt.nz"}),
        ("members", {"external_id": "crm-1017"}),
        ("sessions", {"member_id": "m", "ended_at": None, "_id": {"$ne": "s"}}),
        ("sessions", {"expires_at": {"$lte": AT}, "outbox_since": {"$exists": False}}),
        ("proofs", {"state": {"$in": ["used", "expired"]}, "expires_at": {"$lte": AT}}),
    ]

    for collection, query in queries:
        await assert_index_used(house.database[collection].find(query))
