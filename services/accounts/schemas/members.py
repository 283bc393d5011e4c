"""Members, as they see themselves and as staff see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, field_validator

from services.accounts.model.domains import Verdict
from services.accounts.model.member import AuditEntry, Member, Outcome, Profile
from services.accounts.schemas.kinds import (
    Country,
    Email,
    ExternalId,
    Locale,
    Name,
    Password,
    Reason,
    Secret,
    ShortText,
    Topics,
    Zone,
)
from shared.events.accounts import Role, Standing
from shared.http import Body


class ReviewShown(BaseModel):
    """How a review stands, as the member may see it."""

    state: Literal["waiting", "official", "member", "declined"]
    requested_at: datetime
    decided_at: datetime | None
    reason: str | None


class MemberFields(BaseModel):
    """What members see of themselves and staff of them."""

    id: str
    email: str
    name: str
    country: str | None
    organisation: str | None
    job_title: str | None
    topics: tuple[str, ...]
    zone: str
    locale: str
    standing: Standing
    """Members and officials read without limit; pending members are metered until their review is decided."""
    verdict: Verdict
    """What the domain list said of the address."""
    official_until: datetime | None
    """When an official has to prove the address again."""
    review: ReviewShown | None
    roles: tuple[Role, ...]
    suspended_until: datetime | None
    joined_at: datetime


class Me(MemberFields):
    """A member, as they see themselves."""

    has_password: bool

    @classmethod
    def of(cls, member: Member, at: datetime) -> Self:
        """The member at a moment."""
        return cls(**_shown(member, at), has_password=member.password_hash is not None)


class MemberShown(MemberFields):
    """A member, as staff see them."""

    version: int
    external_id: str | None

    @classmethod
    def of(cls, member: Member, at: datetime) -> Self:
        """The member at a moment."""
        return cls(**_shown(member, at), version=member.version, external_id=member.external_id)


class AuditTrail(BaseModel):
    """Everything staff did to a member, oldest first."""

    items: tuple[AuditEntry, ...]


class NewMember(Body):
    """What completes a sign-up."""

    ticket: Secret
    """From `POST /v1/proofs/{id}`."""
    name: Name
    country: Country
    organisation: ShortText | None = None
    job_title: ShortText | None = None
    topics: Topics = ()
    zone: Zone | None = None
    """Left out, the one given when signing up, or else UTC."""
    locale: Locale | None = None
    """Left out, the one given when signing up."""
    password: Password | None = None
    """Left out, members log in by link or code."""

    def profile(self) -> Profile:
        """What the member says of themselves; zone and locale may be left to the sign-up."""
        said = self.model_dump(exclude={"ticket", "password"}, exclude_none=True)
        return Profile.model_validate(said)


class ProfileChange(Body):
    """A JSON merge patch (RFC 7396): what is left out stays, null takes away."""

    name: Name | None = None
    country: Country | None = None
    organisation: ShortText | None = None
    job_title: ShortText | None = None
    topics: Topics | None = None
    zone: Zone | None = None
    locale: Locale | None = None

    @field_validator("name", "topics", "zone", "locale", mode="before")
    @classmethod
    def _cannot_be_taken_away(cls, value: Any) -> Any:
        if value is None:
            raise ValueError("cannot be null")
        return value

    def said(self) -> dict[str, object]:
        """What is to change."""
        return self.model_dump(exclude_unset=True)


class PasswordChange(Body):
    """A new password, and the present one where there is one."""

    password: Password
    present_password: Password | None = None


class ReaderLinkShown(BaseModel):
    """An anonymous reader who is this member."""

    reader_id: str
    linked_at: datetime


class Lookup(Body):
    """Asks for a member by address; in a body, because addresses stay out of URLs."""

    email: Email


class RolesChange(Body):
    """The roles that the member shall have, and why."""

    roles: tuple[Role, ...]
    reason: Reason


class ReviewDecision(Body):
    """How a review ends, and why. Members see the reason."""

    outcome: Outcome
    reason: Reason


class Suspension(Body):
    """Until when a member may not write, and why; null lifts it."""

    until: AwareDatetime | None
    reason: Reason


class MemberImport(Body):
    """A member as the membership they come from knows them, the address proved there."""

    external_id: ExternalId
    """Their id there. What was imported under it once is not imported again."""
    email: Email
    name: Name
    country: Country | None = None
    organisation: ShortText | None = None
    job_title: ShortText | None = None
    topics: Topics = ()
    zone: Zone = "UTC"
    locale: Locale = "en"
    password: Password | None = None
    roles: tuple[Role, ...] = ()
    standing: Literal["member", "official"] | None = None
    """Where a review there has found more than the address says. Left out, the address alone decides."""

    def profile(self) -> Profile:
        """What the member says of themselves."""
        return Profile.model_validate(
            self.model_dump(exclude={"external_id", "email", "password", "roles", "standing"})
        )


def _shown(member: Member, at: datetime) -> dict[str, Any]:
    review = member.review
    return {
        "id": member.id,
        "email": member.email,
        **member.profile.model_dump(),
        "standing": member.standing_at(at),
        "verdict": member.verdict,
        "official_until": member.verification.verified_until if member.verification else None,
        "review": ReviewShown.model_validate(review.model_dump()) if review else None,
        "roles": member.roles,
        "suspended_until": member.suspended_until,
        "joined_at": member.joined_at,
    }
