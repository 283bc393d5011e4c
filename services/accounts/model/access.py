"""What an access token says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.accounts.model.member import Member
from services.accounts.model.sessions import SessionFamily

LONGEST = timedelta(minutes=10)
"""How long an access token lives at most: what is revoked takes effect everywhere within this time."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session with its tokens. The refresh token is told this once."""

    member: Member
    session: SessionFamily
    access_token: str
    access_seconds: int
    refresh_token: str


def access_claims(
    member: Member, *, session_id: str, token_id: str, issuer: str, audience: str, lifetime: timedelta, at: datetime
) -> dict[str, Any]:
    """The claims of an access token (RFC 9068) for ``member``, valid from ``at`` for ``lifetime``, ten minutes at
    most.
    """
    issued = int(at.timestamp())
    return {
        "iss": issuer,
        "aud": audience,
        "sub": member.id,
        "sid": session_id,
        "jti": token_id,
        "standing": member.standing_at(at),
        "roles": list(member.roles),
        "iat": issued,
        "exp": issued + int(min(lifetime, LONGEST).total_seconds()),
    }
