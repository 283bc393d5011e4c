"""Proving an address, logging in, and staying so."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from services.accounts.model.access import SignedIn
from services.accounts.model.domains import Verdict
from services.accounts.model.proofs import Ticket
from services.accounts.model.sessions import Method, SessionFamily
from services.accounts.schemas.kinds import Code, Email, Locale, Password, Secret, Zone
from services.accounts.schemas.members import Me
from shared.http import Body


class NewSignup(Body):
    """Somebody wants to join."""

    email: Email
    locale: Locale = "en"
    """The language of the mail, and of the profile unless it says otherwise."""
    zone: Zone | None = None


class NewProof(Body):
    """A member wants to log in, or to set a new password, by a mail."""

    email: Email
    purpose: Literal["log-in", "password-reset"] = "log-in"
    locale: Locale = "en"


class ProofRequested(BaseModel):
    """A mail is on its way: the same answer whether or not the address has an account."""

    proof_id: str
    expires_at: datetime


class Proving(Body):
    """The token of the link or the code, one of them; and the new password, if the mail was for a reset."""

    token: Secret | None = None
    code: Code | None = None
    password: Password | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.token is None) == (self.code is None):
            raise ValueError("send either token or code")
        return self


class Tokens(BaseModel):
    """A session. Both tokens are told this once."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - RFC 6749's word, not a secret
    expires_in: int
    """Seconds until the access token expires; ten minutes at most."""
    refresh_token: str
    refresh_expires_at: datetime
    session_id: str
    member: Me

    @classmethod
    def of(cls, signed_in: SignedIn, at: datetime) -> Self:
        """The session that has just begun or gone on."""
        return cls(
            access_token=signed_in.access_token,
            expires_in=signed_in.access_seconds,
            refresh_token=signed_in.refresh_token,
            refresh_expires_at=signed_in.session.expires_at,
            session_id=signed_in.session.id,
            member=Me.of(signed_in.member, at),
        )


class ProfileNeeded(BaseModel):
    """The address is proved, and has no account yet: send the ticket with the profile to `POST /v1/members`."""

    outcome: Literal["profile-needed"] = "profile-needed"
    ticket: str
    expires_at: datetime
    email: str
    verdict: Verdict
    """What the domain list says of the address: an official at once, or a pending member."""

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        """The ticket as it is told, once."""
        return cls(
            ticket=ticket.ticket,
            expires_at=ticket.proof.expires_at,
            email=ticket.proof.email,
            verdict=ticket.verdict,
        )


class LoggedIn(BaseModel):
    """The address is a member's, who is logged in now."""

    outcome: Literal["signed-in"] = "signed-in"
    session: Tokens


Proved = Annotated[ProfileNeeded | LoggedIn, Field(discriminator="outcome")]


class Credentials(Body):
    """An address and its password."""

    email: Email
    password: Password


class Refreshing(Body):
    """The newest refresh token of a session."""

    refresh_token: Secret


class SessionShown(BaseModel):
    """One of the member's sessions."""

    id: str
    method: Method
    device: str | None
    started_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    current: bool
    """Whether it is the one that asks."""

    @classmethod
    def of(cls, session: SessionFamily, current_id: str) -> Self:
        """The session, as its member sees it."""
        return cls(**session.model_dump(include=set(cls.model_fields)), current=session.id == current_id)


class SessionList(BaseModel):
    """The member's sessions that go on, a hundred at most."""

    items: list[SessionShown]
