"""Sessions: one log-in on one device, and the chain of refresh tokens that keeps it alive."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Literal

from services.accounts.errors import TokenReused
from shared.errors import TokenInvalid
from shared.events import Event
from shared.events.accounts import SessionFamilyRevoked
from shared.model import Aggregate

IDLE = timedelta(days=30)
"""A session that was not refreshed for so long has ended."""
LONGEST = timedelta(days=90)
"""After so long a session ends whatever is done with it."""

AT_ONCE = 50
"""Sessions that one member can have; a further one ends those that have rested longest."""

Method = Literal["sign-up", "link", "code", "password"]
EndReason = Literal["logged-out", "revoked", "token-reused", "password-changed", "too-many"]


class SessionFamily(Aggregate):
    """All refresh tokens that descend from one log-in. Only the newest is good; an older one that comes back shows that
    two parties hold tokens of the same session, and ends it for both (RFC 9700, section 4.14.2).
    """

    member_id: str
    method: Method
    device: str | None = None
    """What the client calls itself, cut short."""
    generation: int = 1
    token_hash: str
    """Of the newest refresh token."""
    started_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    end_reason: EndReason | None = None

    def live(self, at: datetime) -> bool:
        """Whether the session goes on."""
        return self.ended_at is None and self.expires_at > at


def start(
    family_id: str, member_id: str, *, method: Method, device: str | None, token_hash: str, at: datetime
) -> SessionFamily:
    """A session begins."""
    return SessionFamily(
        id=family_id,
        version=1,
        member_id=member_id,
        method=method,
        device=device,
        token_hash=token_hash,
        started_at=at,
        refreshed_at=at,
        expires_at=at + IDLE,
    )


def rotate(family: SessionFamily, *, generation: int, token_hash: str, next_hash: str, at: datetime) -> SessionFamily:
    """The newest token is exchanged for the next; raises ``TokenReused`` for an older one, ``TokenInvalid`` otherwise.

    ``generation`` and ``token_hash`` are of the token that came, whose seal has been checked: it is one of ours.
    """
    if generation < family.generation:
        raise TokenReused("Log in again. If it was not you who used it, somebody else holds your token.")
    if generation > family.generation or not hmac.compare_digest(family.token_hash, token_hash):
        raise TokenInvalid
    if not family.live(at):
        raise TokenInvalid
    return family.model_copy(
        update={
            "generation": generation + 1,
            "token_hash": next_hash,
            "refreshed_at": at,
            "expires_at": min(at + IDLE, family.started_at + LONGEST),
        }
    )


def end(family: SessionFamily, reason: EndReason, at: datetime) -> tuple[SessionFamily, list[Event]]:
    """The session is over, once; a reused token is told to everybody who watches over members."""
    if family.ended_at is not None:
        return family, []
    ended = family.model_copy(update={"ended_at": at, "end_reason": reason})
    if reason != "token-reused":
        return ended, []
    told = SessionFamilyRevoked(member_id=family.member_id, family_id=family.id, reason=reason, revoked_at=at)
    return ended, [told]
