"""How many new readers a network had today. Networks are kept as keyed daily hashes: tomorrow nobody can tell which."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from pymongo import UpdateOne, WriteConcern

from shared.group_commit import GroupCommit
from shared.mongo import Database

KEPT = timedelta(days=2)


class Networks:
    """Counts fresh readers by network and day."""

    def __init__(self, database: Database, key: bytes) -> None:
        # Losing a count in an election lets one more reader in, and is not worth waiting for the majority.
        self._networks = database["networks"].with_options(write_concern=WriteConcern(w=1))
        self._key = key
        self._group: GroupCommit[_Arrival, int] = GroupCommit(self._count, max_batch=200, lanes=2)

    async def count(self, address: str | None, at: datetime) -> int:
        """Count one more fresh reader; returns how many there are today."""
        day = f"{at:%Y-%m-%d}"
        name = hmac.new(self._key, f"{day}|{network_of(address)}".encode(), hashlib.sha256).hexdigest()
        return await self._group.submit(_Arrival(name, at + KEPT))

    async def _count(self, arrivals: Sequence[_Arrival]) -> Sequence[int]:
        fresh = Counter(arrival.network for arrival in arrivals)
        expiry = {arrival.network: arrival.expires_at for arrival in arrivals}
        writes = [
            UpdateOne({"_id": name}, {"$inc": {"count": more}, "$max": {"expires_at": expiry[name]}}, upsert=True)
            for name, more in fresh.items()
        ]
        await self._networks.bulk_write(writes, ordered=False)
        found = self._networks.find({"_id": {"$in": list(fresh)}}, {"count": 1})
        before = {document["_id"]: document["count"] - fresh[document["_id"]] async for document in found}
        places = []
        for arrival in arrivals:
            before[arrival.network] += 1
            places.append(before[arrival.network])
        return places


class _Arrival(NamedTuple):
    network: str
    expires_at: datetime


def network_of(address: str | None) -> str:
    """The IPv4 /24 or IPv6 /48 that an address belongs to; what is no address is one network of its own."""
    try:
        found = ip_address((address or "").strip())
    except ValueError:
        return "unknown"
    if found.version == 6 and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))
