"""What accounts says: who is a member, who is proved to be in government, and (guarded) who is who."""

from __future__ import annotations

from typing import Literal

from shared.events.base import Event, Instant

Standing = Literal["pending", "member", "official"]
"""How far somebody is known, and so how they read. Every access token carries it as ``standing``.

- ``official``: a government address is proved (or a reviewer has vouched for the body). Reads without limit.
- ``member``: a reviewer has let them in although their body is not government. Reads without limit.
- ``pending``: the address is proved, but it is private or of a body that is on no list, and no review has granted more
  yet. Has an account, comments and registers like any member, and is **metered**, under ``member:<id>``, until the
  review decides; a declined review leaves them so.

So unlimited is ``standing in ("member", "official")``, at once after ``MemberVerified`` or a ``MemberUpdated`` that
says so, and everything else, values unknown today included, is metered.
"""

Role = Literal["editor", "moderator", "community_manager", "admin"]


class MemberJoined(Event, topic="accounts.members", key="member_id", visibility="internal"):
    """True once a person has proved their e-mail address and the membership has begun."""

    member_id: str
    standing: Standing
    joined_at: Instant
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    reader_id: str | None = None
    """The anonymous reader that this member was until now, if the sign-up carried one."""


class MemberVerified(Event, topic="accounts.members", key="member_id", visibility="internal"):
    """True once a member is proved to be in government: they are an official, and read without limit, until
    ``verified_until``. A ``MemberUpdated`` with the whole state goes with it.
    """

    member_id: str
    verified_at: Instant
    verified_until: Instant
    rule: str
    """The suffix or domain on the list that matched, or ``review`` where a reviewer vouched for an unlisted body."""
    list_version: int


class MemberUpdated(Event, topic="accounts.members", key="member_id", visibility="internal"):
    """True after a member's standing, roles, suspension or interests changed; carries the whole new state."""

    member_id: str
    standing: Standing
    roles: tuple[Role, ...] = ()
    suspended_until: Instant | None = None
    topics: tuple[str, ...] = ()
    country: str | None = None
    updated_at: Instant
    revision: int
    """Grows with each change, so that a late copy is recognised."""


class ReaderLinked(Event, topic="accounts.members", key="member_id", visibility="internal"):
    """True once an anonymous reader is known to be this member: their meters become one."""

    member_id: str
    reader_id: str
    linked_at: Instant


class SessionFamilyRevoked(Event, topic="accounts.members", key="member_id", visibility="internal"):
    """True once a used refresh token came back and every session that descends from it was ended."""

    member_id: str
    family_id: str
    reason: Literal["token-reused"]
    revoked_at: Instant


class ContactChanged(Event, topic="accounts.contacts", key="contact_id", visibility="personal"):
    """True while this is how the member is reached. The newest per member is kept; an erasure is a tombstone."""

    contact_id: str
    """The member's id."""
    email: str
    name: str
    locale: str = "en"
    """BCP 47."""
    zone: str = "UTC"
    """IANA time zone."""
    organisation: str | None = None
    job_title: str | None = None
    """What the member does there."""
    revision: int


class AddressProofRequested(Event, topic="accounts.contacts", key="contact_id", visibility="personal"):
    """True while somebody has asked to prove an address; a tombstone follows when it is used or has expired."""

    contact_id: str
    """``proof:`` and the proof's id."""
    email: str
    purpose: Literal["sign-up", "log-in", "password-reset", "already-a-member"]
    code: str | None = None
    """Six digits."""
    token: str | None = None
    """Goes into the link of the mail."""
    locale: str = "en"
    expires_at: Instant
