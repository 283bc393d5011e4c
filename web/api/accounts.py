"""Who the reader is: sessions, joining, the member's own account."""

from __future__ import annotations

from typing import Any

from web.api.questions import Questions


class Accounts(Questions):
    """Asks accounts."""

    async def refresh(self, refresh_token: str) -> dict[str, Any]:
        """New tokens for the refresh token. Each is good once: see :mod:`web.sessions`."""
        answer = await self.ask("POST", "/v1/sessions/refresh", body={"refresh_token": refresh_token})
        found: dict[str, Any] = answer.json()
        return found
