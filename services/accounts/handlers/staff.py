"""What staff do: look members up, decide reviews, grant roles, suspend."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.accounts.deps import Deps
from services.accounts.errors import MemberNotFound
from services.accounts.handlers.guard import check_seen
from services.accounts.model import staff as rules
from services.accounts.model.addresses import parse_address
from services.accounts.model.member import Member, Outcome
from shared.events.accounts import Role


async def newest_members(deps: Deps, *, role: str | None, before: tuple[Any, str] | None, limit: int) -> list[Member]:
    """Members, all or those with a role, from the newest on."""
    return await deps.members.read(deps.members.newest(role=role, before=before, limit=limit))


async def reviews(deps: Deps, state: str, *, after: tuple[Any, str] | None, limit: int) -> list[Member]:
    """Members whose review is in this state, from the one that has waited longest."""
    return await deps.members.read(deps.members.reviews(state, after=after, limit=limit))


async def find_member(deps: Deps, email: str) -> Member:
    """The member with this address; raises ``MemberNotFound``."""
    member = await deps.members.by_address(parse_address(email).key)
    if member is None:
        raise MemberNotFound
    return member


async def decide_review(deps: Deps, member_id: str, outcome: Outcome, *, by: str, reason: str) -> Member:
    """Decide a member's review, once; the second decision is ``ReviewDecided``."""
    at = deps.clock.now()
    return await deps.members.change(
        member_id, lambda now: rules.decide_review(now, outcome, by=by, reason=reason, at=at), at=at
    )


async def set_roles(
    deps: Deps, member_id: str, expected: int, roles: Iterable[Role], *, by: str, reason: str
) -> Member:
    """Give the member exactly these roles; tokens issued before carry the old ones for ten minutes at most."""
    at = deps.clock.now()
    member = await deps.members.load(member_id)
    check_seen(member, expected)
    changed, events = rules.set_roles(member, roles, by=by, reason=reason, at=at)
    return member if changed is member else await deps.members.save(changed, events, at=at)


async def suspend(deps: Deps, member_id: str, until: datetime | None, *, by: str, reason: str) -> Member:
    """Suspend the member until a moment, or lift it with None."""
    at = deps.clock.now()
    return await deps.members.change(
        member_id, lambda now: rules.suspend(now, until, by=by, reason=reason, at=at), at=at
    )
