"""Who the reader is: sessions, joining, the member's own account."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from web.api.questions import Questions
from web.api.shapes.accounts import Me, Member, ProofRequested, SessionShown
from web.api.shapes.base import Page


class Accounts(Questions):
    """Asks accounts."""

    async def refresh(self, refresh_token: str) -> dict[str, Any]:
        """New tokens for the refresh token. Each is good once: see :mod:`web.sessions`."""
        answer = await self.ask("POST", "/v1/sessions/refresh", body={"refresh_token": refresh_token})
        found: dict[str, Any] = answer.json()
        return found

    async def sign_up(self, email: str, *, locale: str, zone: str | None, key: str) -> ProofRequested:
        """Have a mail sent to somebody who wants to join."""
        return await self._requested("/v1/signups", {"email": email, "locale": locale, "zone": zone}, key)

    async def ask_for_proof(self, email: str, purpose: str, *, locale: str, key: str) -> ProofRequested:
        """Have a mail sent to log in by, or to set a new password by."""
        return await self._requested("/v1/proofs", {"email": email, "purpose": purpose, "locale": locale}, key)

    async def _requested(self, path: str, body: dict[str, Any], key: str) -> ProofRequested:
        answer = await self.ask("POST", path, body=body, headers={"idempotency-key": key} if key else None)
        return ProofRequested.model_validate_json(answer.content)

    async def prove(
        self, proof_id: str, *, token: str | None = None, code: str | None = None, password: str | None = None
    ) -> dict[str, Any]:
        """Show the link's token or the code: ``profile-needed`` with a ticket, or ``signed-in`` with a session."""
        shown = {"token": token, "code": code, "password": password}
        answer = await self.ask("POST", f"/v1/proofs/{quote(proof_id, safe='')}", body=shown)
        found: dict[str, Any] = answer.json()
        return found

    async def join(self, body: dict[str, Any], key: str) -> dict[str, Any]:
        """Become a member; the tokens of the first session."""
        answer = await self.ask("POST", "/v1/members", body=body, headers={"idempotency-key": key} if key else None)
        found: dict[str, Any] = answer.json()
        return found

    async def log_in(self, email: str, password: str) -> dict[str, Any]:
        """Log in by password; the tokens."""
        found: dict[str, Any] = (
            await self.ask("POST", "/v1/sessions", body={"email": email, "password": password})
        ).json()
        return found

    async def me(self) -> tuple[Me, str]:
        """The member's own account, and its entity tag for ``If-Match``."""
        answer = await self.ask("GET", "/v1/me")
        return Me.model_validate_json(answer.content), answer.etag

    async def update_me(self, changes: dict[str, Any], etag: str) -> Me:
        """Change some of it; 412 if it was changed elsewhere since."""
        answer = await self.ask("PATCH", "/v1/me", body=changes, headers={"if-match": etag})
        return Me.model_validate_json(answer.content)

    async def change_password(self, password: str, present: str | None) -> None:
        """Set a password, or another one."""
        await self.ask("PUT", "/v1/me/password", body={"password": password, "present_password": present})

    async def sessions(self) -> list[SessionShown]:
        """Where the member is logged in."""
        return (await self.get(Page[SessionShown], "/v1/sessions")).items

    async def end_session(self, session_id: str) -> None:
        """End one session; ``current`` is the one that asks."""
        await self.ask("DELETE", f"/v1/sessions/{quote(session_id, safe='')}")

    async def end_all_sessions(self) -> None:
        """Log out everywhere."""
        await self.ask("DELETE", "/v1/sessions")

    async def reviews(self, cursor: str | None = None) -> Page[Member]:
        """Members who wait for somebody to look at where they work. For administrators."""
        return await self.get(Page[Member], "/v1/members", review="waiting", limit=50, cursor=cursor)

    async def decide(self, member_id: str, outcome: str, reason: str) -> None:
        """Decide a review, once."""
        path = f"/v1/members/{quote(member_id, safe='')}/review"
        await self.ask("POST", path, body={"outcome": outcome, "reason": reason})
