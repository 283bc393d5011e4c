"""What members have chosen."""

from __future__ import annotations

from datetime import time
from typing import Any

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from services.notifications.model.preferences import Preferences
from shared.aggregates import Aggregates
from shared.errors import StaleWrite
from shared.mongo import Database, Document, Session

INDEXES: dict[str, list[IndexModel]] = {"preferences": []}


class PreferencesStore(Aggregates[Preferences]):
    """One document for each member who has chosen anything; nobody else has one."""

    def __init__(self, database: Database) -> None:
        super().__init__(database["preferences"], Preferences, missing=_never)

    async def of(self, member_id: str) -> Preferences:
        """The member's choices, at version 0 if there never were any."""
        return await self.find(member_id) or Preferences(id=member_id)

    async def keep(self, preferences: Preferences) -> Preferences:
        """Write the choices, unless others were written since they were read; raises StaleWrite."""
        if preferences.version:
            return await self.save(preferences)
        first = preferences.model_copy(update={"version": 1})
        try:
            await self.add(first)
        except DuplicateKeyError:
            raise StaleWrite("Load it again, and repeat your change on what you then see.") from None
        return first

    def to_document(self, aggregate: Preferences) -> Document:
        """MongoDB knows instants, but no times of day: these are kept as ``HH:MM``."""
        document = super().to_document(aggregate)
        if aggregate.quiet_hours:
            document["quiet_hours"] = {name: _text(value) for name, value in aggregate.quiet_hours}
        return document

    async def forget(self, member_id: str, session: Session) -> None:
        """Forget the member's choices."""
        await self.collection.delete_one({"_id": member_id}, session=session)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, time) else str(value)


def _never(_id: str) -> StaleWrite:
    return StaleWrite("They were erased meanwhile.")
