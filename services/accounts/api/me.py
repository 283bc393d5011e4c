"""What members see and change of themselves."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.accounts.api.doors import From, Wired
from services.accounts.handlers import me, readers
from services.accounts.schemas.members import Me, PasswordChange, ProfileChange, ReaderLinkShown
from shared.http import IfMatch, Member, etag_of, fresh

router = APIRouter(prefix="/v1/me", tags=["me"])


@router.get("", response_model=Me)
async def get_me(request: Request, identity: Member, deps: Wired) -> Response:
    """You, with your standing and roles as they are now; the access token may be ten minutes behind."""
    member = await me.load_member(deps, identity.member_id)
    return fresh(request, Me.of(member, deps.clock.now()), etag_of(member))


@router.patch("")
async def update_me(body: ProfileChange, expected: IfMatch, identity: Member, response: Response, deps: Wired) -> Me:
    """Change your profile: a JSON merge patch against the version you have seen."""
    member = await me.update_profile(deps, identity.member_id, expected, body.said())
    response.headers["ETag"] = etag_of(member)
    return Me.of(member, deps.clock.now())


@router.put("/password", status_code=204)
async def change_password(body: PasswordChange, identity: Member, visitor: From, deps: Wired) -> None:
    """Set or change your password. All your other sessions end."""
    await me.change_password(
        deps,
        identity.member_id,
        identity.session_id,
        present=body.present_password,
        new=body.password,
        network=visitor.network,
    )


@router.post("/readers")
async def link_reader(identity: Member, visitor: From, deps: Wired) -> ReaderLinkShown:
    """Say that the anonymous reader on this browser (its `plenary_reader` cookie) is you: your meters become one."""
    link = await readers.link_reader(deps, identity.member_id, visitor)
    return ReaderLinkShown(reader_id=link.id, linked_at=link.linked_at)
