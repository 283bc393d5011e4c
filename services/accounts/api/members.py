"""What staff see and decide of members."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from services.accounts.api.doors import Admin, Moderator, Reviewer, Wired
from services.accounts.handlers import me, staff
from services.accounts.schemas.members import (
    AuditTrail,
    Lookup,
    MemberShown,
    ReviewDecision,
    RolesChange,
    Suspension,
)
from shared.events.accounts import Role
from shared.http import IfMatch, Page, Paging, etag_of, fresh

router = APIRouter(prefix="/v1/members", tags=["staff"])

MemberId = Annotated[str, Path(max_length=100)]


@router.get("")
async def list_members(
    paging: Paging,
    _staff: Reviewer,
    deps: Wired,
    role: Annotated[Role | None, Query(description="Only members with this role.")] = None,
    review: Annotated[
        Literal["waiting", "official", "member", "declined"] | None,
        Query(description="Only members whose review is in this state, the longest waiting first."),
    ] = None,
) -> Page[MemberShown]:
    """Members from the newest on, or the review queue."""
    last = (paging.after[0], paging.after[1]) if paging.after else None
    if review is None:
        found = await staff.newest_members(deps, role=role, before=last, limit=paging.limit + 1)
    else:
        found = await staff.reviews(deps, review, after=last, limit=paging.limit + 1)
    shown, end = found[: paging.limit], None
    if len(found) > paging.limit:
        edge = shown[-1]
        end = (edge.review.requested_at if review and edge.review else edge.joined_at, edge.id)
    return paging.page([MemberShown.of(member, deps.clock.now()) for member in shown], end)


@router.post("/lookup")
async def find_member(body: Lookup, _staff: Reviewer, deps: Wired) -> MemberShown:
    """The member with an address."""
    return MemberShown.of(await staff.find_member(deps, body.email), deps.clock.now())


@router.get("/{member_id}", response_model=MemberShown)
async def get_member(request: Request, member_id: MemberId, _staff: Reviewer, deps: Wired) -> Response:
    """One member."""
    member = await me.load_member(deps, member_id)
    return fresh(request, MemberShown.of(member, deps.clock.now()), etag_of(member))


@router.get("/{member_id}/audit")
async def get_audit_trail(member_id: MemberId, _staff: Admin, deps: Wired) -> AuditTrail:
    """What staff did to a member: who, when and why."""
    return AuditTrail(items=(await me.load_member(deps, member_id)).audit)


@router.post("/{member_id}/review")
async def decide_review(
    member_id: MemberId, body: ReviewDecision, reviewer: Reviewer, response: Response, deps: Wired
) -> MemberShown:
    """Decide a pending member's review, once and with a reason."""
    member = await staff.decide_review(deps, member_id, body.outcome, by=reviewer.member_id, reason=body.reason)
    response.headers["ETag"] = etag_of(member)
    return MemberShown.of(member, deps.clock.now())


@router.put("/{member_id}/roles")
async def set_roles(
    member_id: MemberId, body: RolesChange, expected: IfMatch, admin: Admin, response: Response, deps: Wired
) -> MemberShown:
    """Give a member exactly these roles. Everybody but yourself."""
    member = await staff.set_roles(deps, member_id, expected, body.roles, by=admin.member_id, reason=body.reason)
    response.headers["ETag"] = etag_of(member)
    return MemberShown.of(member, deps.clock.now())


@router.put("/{member_id}/suspension")
async def suspend(
    member_id: MemberId, body: Suspension, moderator: Moderator, response: Response, deps: Wired
) -> MemberShown:
    """Keep a member from writing until a moment, or lift that."""
    member = await staff.suspend(deps, member_id, body.until, by=moderator.member_id, reason=body.reason)
    response.headers["ETag"] = etag_of(member)
    return MemberShown.of(member, deps.clock.now())
