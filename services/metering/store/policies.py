"""The policies, all of them: there are few, and none is ever changed."""

from __future__ import annotations

import time

from pymongo.errors import DuplicateKeyError

from services.metering.model.policies import Policy
from shared.mongo import Database

REMEMBERED_SECONDS = 2.0
"""How long a process goes by what it has read: a new policy is announced for a later time anyway."""


class Policies:
    """Reads them at most every other second."""

    def __init__(self, database: Database) -> None:
        self._policies = database["policies"]
        self._known: list[Policy] = []
        self._read_at = float("-inf")

    async def all(self, *, fresh: bool = False) -> list[Policy]:
        """Every policy, oldest first."""
        if fresh or time.monotonic() - self._read_at > REMEMBERED_SECONDS:
            documents = await self._policies.find().sort("_id", 1).to_list()
            self._known = [Policy.model_validate({**d, "version": d["_id"]}) for d in documents]
            self._read_at = time.monotonic()
        return self._known

    async def add(self, policy: Policy) -> bool:
        """Keep a policy under its version; False if somebody else has taken that."""
        document = policy.model_dump(exclude={"version"}) | {"_id": policy.version}
        try:
            await self._policies.insert_one(document)
        except DuplicateKeyError:
            return False
        finally:
            self._read_at = float("-inf")
        return True

    async def begin(self, policy: Policy) -> None:
        """Keep the first policy, unless there is one."""
        if not await self.all(fresh=True):
            await self.add(policy)
