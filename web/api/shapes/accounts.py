"""Members, their sessions, and how they prove an address."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from web.api.shapes.base import Shape


class ProofRequested(Shape):
    """A mail is on its way."""

    proof_id: str
    expires_at: datetime


class Review(Shape):
    """Where the look at a member's employer stands."""

    state: Literal["waiting", "official", "member", "declined"]
    requested_at: datetime
    decided_at: datetime | None = None
    reason: str | None = None


class Verdict(Shape):
    """What the domain list says of an address."""

    ruling: Literal["government", "review", "ineligible"]
    rule: str | None = None
    country: str | None = None


class Member(Shape):
    """A member, as staff see them."""

    id: str
    email: str
    name: str
    organisation: str | None
    job_title: str | None
    country: str | None
    topics: list[str]
    zone: str
    locale: str
    roles: list[str]
    standing: Literal["pending", "member", "official"]
    official_until: datetime | None
    review: Review | None
    verdict: Verdict
    joined_at: datetime
    suspended_until: datetime | None


class Me(Member):
    """The member's own account."""

    has_password: bool


class SessionShown(Shape):
    """A session of the member's."""

    id: str
    method: str
    device: str | None
    started_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    current: bool
