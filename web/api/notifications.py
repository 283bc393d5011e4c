"""What the member hears by mail."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pydantic import TypeAdapter

from web.api.questions import Questions
from web.api.shapes.notifications import Journey, Preferences, PurposeShown, Unsubscription

_PURPOSES = TypeAdapter(list[PurposeShown])


class Notifications(Questions):
    """Asks notifications."""

    async def purposes(self) -> list[PurposeShown]:
        """Every kind of mail."""
        return _PURPOSES.validate_json((await self.ask("GET", "/v1/preferences/purposes")).content)

    async def preferences(self) -> tuple[Preferences, str]:
        """The member's choices, and their entity tag."""
        answer = await self.ask("GET", "/v1/preferences")
        return Preferences.model_validate_json(answer.content), answer.etag

    async def choose(self, choices: dict[str, Any], etag: str) -> Preferences:
        """New choices in place of all the old ones."""
        answer = await self.ask("PUT", "/v1/preferences", body=choices, headers={"if-match": etag})
        return Preferences.model_validate_json(answer.content)

    async def unsubscription(self, token: str) -> Unsubscription:
        """What an unsubscribe link is about. Asking changes nothing."""
        return await self.get(Unsubscription, f"/v1/unsubscribe/{quote(token, safe='')}")

    async def unsubscribe(self, token: str) -> Unsubscription:
        """Stop this kind of mail (RFC 8058)."""
        confirmed = {"List-Unsubscribe": "One-Click"}
        answer = await self.ask("POST", f"/v1/unsubscribe/{quote(token, safe='')}", form=confirmed)
        return Unsubscription.model_validate_json(answer.content)

    async def journey(self, trace_id: str) -> Journey:
        """What one click did, across the services. For staff, and for everybody in the embedded run."""
        return await self.get(Journey, f"/v1/journeys/{trace_id}")
