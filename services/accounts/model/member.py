"""A member: somebody who has proved an address, and what they may do."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.accounts.model.addresses import Address
from services.accounts.model.domains import Verdict
from shared.events import Event
from shared.events.accounts import ContactChanged, MemberJoined, MemberUpdated, MemberVerified, Role, Standing
from shared.model import Aggregate

VERIFICATION_MONTHS = 12
RENEW_WITHIN_DAYS = 30
"""A government address proved again this close to the end of its year starts a new one."""

Outcome = Literal["official", "member", "declined"]
"""How a review ends: the body is government, the person is welcome all the same, or they stay as they are."""

Action = Literal["roles-granted", "roles-revoked", "review-decided", "suspended", "suspension-lifted", "imported"]


class Profile(BaseModel):
    """What members say of themselves."""

    model_config = ConfigDict(frozen=True)

    name: str
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    organisation: str | None = None
    job_title: str | None = None
    topics: tuple[str, ...] = ()
    zone: str = "UTC"
    """IANA time zone."""
    locale: str = "en"
    """BCP 47."""


class Verification(BaseModel):
    """Why, and how long, a member counts as an official."""

    model_config = ConfigDict(frozen=True)

    rule: str
    list_version: int
    verified_at: datetime
    verified_until: datetime


class Review(BaseModel):
    """A person's look at a member whose address alone says too little."""

    model_config = ConfigDict(frozen=True)

    state: Literal["waiting", "official", "member", "declined"] = "waiting"
    requested_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None


class AuditEntry(BaseModel):
    """What was done to a member by staff: by whom, when and why."""

    model_config = ConfigDict(frozen=True)

    action: Action
    what: tuple[str, ...] = ()
    by: str
    reason: str
    at: datetime


class Member(Aggregate):
    """One account. Unique by ``address_key``."""

    email: str
    address_key: str
    domain: str
    profile: Profile
    password_hash: str | None = Field(default=None, repr=False)
    """Argon2id, in PHC form."""
    standing: Standing
    verdict: Verdict
    verification: Verification | None = None
    review: Review | None = None
    roles: tuple[Role, ...] = ()
    suspended_until: datetime | None = None
    audit: tuple[AuditEntry, ...] = ()
    """Kept in the member, so that no change is without its entry. Staff act on a member a few times in a lifetime."""
    external_id: str | None = None
    """The id that an imported member had where they came from."""
    joined_at: datetime
    updated_at: datetime

    def standing_at(self, at: datetime) -> Standing:
        """The standing at a moment: an official whose year is over is metered until they prove the address again."""
        if self.standing == "official" and self.verification and self.verification.verified_until <= at:
            return "pending"
        return self.standing

    @property
    def address(self) -> Address:
        """The proved address."""
        return Address(email=self.email, key=self.address_key, domain=self.domain)

    def changed(self, *, at: datetime, **fields: object) -> Member:
        """A copy with these fields changed at ``at``. Its version grows when it is saved."""
        return self.model_copy(update={**fields, "updated_at": at})


def join(
    member_id: str,
    address: Address,
    profile: Profile,
    verdict: Verdict,
    *,
    password_hash: str | None = None,
    reader_id: str | None = None,
    at: datetime,
) -> tuple[Member, list[Event]]:
    """A membership begins, the address being proved: an official's by the verdict, or a pending one with a review."""
    official = verdict.ruling == "government"
    member = Member(
        id=member_id,
        version=1,
        email=address.email,
        address_key=address.key,
        domain=address.domain,
        profile=profile,
        password_hash=password_hash,
        standing="official" if official else "pending",
        verdict=verdict,
        verification=_verification(verdict, at) if official else None,
        review=None if official else Review(requested_at=at),
        joined_at=at,
        updated_at=at,
    )
    return member, joining_events(member, reader_id=reader_id)


def joining_events(member: Member, *, reader_id: str | None = None) -> list[Event]:
    """What is said of a member who has just joined, in this order."""
    at = member.joined_at
    joined = MemberJoined(
        member_id=member.id,
        standing=member.standing,
        joined_at=at,
        country=member.profile.country,
        reader_id=reader_id,
    )
    return [
        joined,
        *verified_events(member),
        state_of(member, revision=member.version, at=at),
        contact_of(member, revision=member.version),
    ]


def renew_verification(member: Member, verdict: Verdict, at: datetime) -> tuple[Member, list[Event]]:
    """The address was proved once more: a government address starts a new year when the old one is nearly over, and an
    official whom a reviewer had vouched for is reviewed again once their year is over.
    """
    if verdict.ruling != "government":
        return _review_again(member, verdict, at)
    if member.verification and (member.verification.verified_until - at).days >= RENEW_WITHIN_DAYS:
        return member, []
    fields: dict[str, object] = {"standing": "official", "verdict": verdict, "verification": _verification(verdict, at)}
    if member.review and member.review.state == "waiting":
        fields["review"] = None  # The list has grown to cover the body: nothing is left to review.
    changed = member.changed(at=at, **fields)
    return changed, [*verified_events(changed), state_of(changed, revision=member.version + 1, at=at)]


def _review_again(member: Member, verdict: Verdict, at: datetime) -> tuple[Member, list[Event]]:
    if member.standing_at(at) == member.standing:
        return member, []
    review = Review(requested_at=at)
    changed = member.changed(at=at, standing="pending", verdict=verdict, verification=None, review=review)
    return changed, [state_of(changed, revision=member.version + 1, at=at)]


def change_profile(member: Member, profile: Profile, at: datetime) -> tuple[Member, list[Event]]:
    """Members say something else of themselves; only those who need to know hear of it."""
    before = member.profile
    if profile == before:
        return member, []
    changed = member.changed(at=at, profile=profile)
    events: list[Event] = []
    if (profile.topics, profile.country) != (before.topics, before.country):
        events.append(state_of(changed, revision=member.version + 1, at=at))
    reach = ("name", "locale", "zone", "organisation", "job_title")
    if any(getattr(profile, field) != getattr(before, field) for field in reach):
        events.append(contact_of(changed, revision=member.version + 1))
    return changed, events


def set_password(member: Member, password_hash: str, at: datetime) -> tuple[Member, list[Event]]:
    """A new password; nobody else needs to know."""
    return member.changed(at=at, password_hash=password_hash), []


def state_of(member: Member, *, revision: int, at: datetime) -> MemberUpdated:
    """The member's whole public state, as of ``revision``: the version this is saved as."""
    return MemberUpdated(
        member_id=member.id,
        standing=member.standing_at(at),
        roles=member.roles,
        suspended_until=member.suspended_until,
        topics=member.profile.topics,
        country=member.profile.country,
        updated_at=at,
        revision=revision,
    )


def contact_of(member: Member, *, revision: int) -> ContactChanged:
    """How the member is reached, as of ``revision``."""
    return ContactChanged(
        contact_id=member.id,
        email=member.email,
        name=member.profile.name,
        locale=member.profile.locale,
        zone=member.profile.zone,
        organisation=member.profile.organisation,
        job_title=member.profile.job_title,
        revision=revision,
    )


def verified_events(member: Member) -> Sequence[MemberVerified]:
    """Says that a member is an official, if they are."""
    if member.verification is None:
        return ()
    return (MemberVerified(member_id=member.id, **member.verification.model_dump()),)


def vouched(verdict: Verdict, at: datetime) -> Verification:
    """The verification of a member whom a person vouched for."""
    return _verification(verdict.model_copy(update={"rule": "review"}), at)


def _verification(verdict: Verdict, at: datetime) -> Verification:
    return Verification(
        rule=verdict.rule or "review",
        list_version=verdict.list_version,
        verified_at=at,
        verified_until=months_later(at, VERIFICATION_MONTHS),
    )


def months_later(at: datetime, months: int) -> datetime:
    """The same day and time some months on; the month's last day where it has no such day (29 February)."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)
