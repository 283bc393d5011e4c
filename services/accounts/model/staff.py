"""What staff decide about members. Every decision leaves an entry in the member's audit trail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import get_args

from services.accounts.errors import NothingToReview, OwnRoles, ReviewDecided
from services.accounts.model.member import (
    AuditEntry,
    Member,
    Outcome,
    Review,
    joining_events,
    state_of,
    verified_events,
    vouched,
)
from shared.events import Event
from shared.events.accounts import Role, Standing


def decide_review(
    member: Member, outcome: Outcome, *, by: str, reason: str, at: datetime
) -> tuple[Member, list[Event]]:
    """Decide once who a pending member is; raises ``ReviewDecided`` the second time.

    ``official``: their body is in government after all. ``member``: welcome, and reading without limit, all the same.
    ``declined``: an account like any other, but metered.
    """
    if member.review is None:
        raise NothingToReview("Their address was on the list when they joined.")
    if member.review.state != "waiting":
        raise ReviewDecided(f"It was decided on {member.review.decided_at:%d %B %Y}: {member.review.state}.")
    if by == member.id:
        raise OwnRoles("Ask somebody else to review your membership.")
    changed = member.changed(
        at=at,
        review=member.review.model_copy(
            update={"state": outcome, "decided_at": at, "decided_by": by, "reason": reason}
        ),
        standing="pending" if outcome == "declined" else outcome,
        verification=vouched(member.verdict, at) if outcome == "official" else None,
        audit=_noted(member, AuditEntry(action="review-decided", what=(outcome,), by=by, reason=reason, at=at)),
    )
    return changed, [*verified_events(changed), state_of(changed, revision=member.version + 1, at=at)]


def set_roles(
    member: Member, roles: Iterable[Role], *, by: str, reason: str, at: datetime
) -> tuple[Member, list[Event]]:
    """Give the member exactly these roles; what is granted and what is revoked are noted apart."""
    wanted = _ordered(roles)
    if by == member.id:
        raise OwnRoles("Ask another administrator.")
    granted = tuple(role for role in wanted if role not in member.roles)
    revoked = tuple(role for role in member.roles if role not in wanted)
    if not granted and not revoked:
        return member, []
    entries = []
    if granted:
        entries.append(AuditEntry(action="roles-granted", what=granted, by=by, reason=reason, at=at))
    if revoked:
        entries.append(AuditEntry(action="roles-revoked", what=revoked, by=by, reason=reason, at=at))
    changed = member.changed(at=at, roles=wanted, audit=_noted(member, *entries))
    return changed, [state_of(changed, revision=member.version + 1, at=at)]


def suspend(
    member: Member, until: datetime | None, *, by: str, reason: str, at: datetime
) -> tuple[Member, list[Event]]:
    """Keep the member from writing until a moment, or let them again with None."""
    if by == member.id:
        raise OwnRoles("Nobody suspends themselves.")
    if until == member.suspended_until:
        return member, []
    action = AuditEntry(
        action="suspended" if until else "suspension-lifted",
        what=(until.isoformat(),) if until else (),
        by=by,
        reason=reason,
        at=at,
    )
    changed = member.changed(at=at, suspended_until=until, audit=_noted(member, action))
    return changed, [state_of(changed, revision=member.version + 1, at=at)]


def admit(
    member: Member,
    *,
    standing: Standing | None,
    roles: Iterable[Role],
    external_id: str | None,
    by: str,
    reason: str,
) -> tuple[Member, list[Event]]:
    """Complete a member who comes from elsewhere (:func:`~services.accounts.model.member.join` first).

    ``standing``, where given, stands for a review that the membership they come from has already made.
    """
    at = member.joined_at
    wanted = _ordered(roles)
    fields: dict[str, object] = {"roles": wanted, "external_id": external_id}
    if standing in {"member", "official"} and member.standing == "pending":
        decided = Review(state=standing, requested_at=at, decided_at=at, decided_by=by, reason=reason)
        fields |= {"standing": standing, "review": decided}
        if standing == "official":
            fields["verification"] = vouched(member.verdict, at)
    fields["audit"] = _noted(member, AuditEntry(action="imported", what=wanted, by=by, reason=reason, at=at))
    admitted = member.changed(at=at, **fields)
    return admitted, joining_events(admitted)


def _noted(member: Member, *entries: AuditEntry) -> tuple[AuditEntry, ...]:
    return (*member.audit, *entries)


def _ordered(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Each role once, in the catalogue's order, so that the same roles are equal."""
    wanted = set(roles)
    return tuple(role for role in get_args(Role) if role in wanted)
