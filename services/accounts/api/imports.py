"""Members who come from elsewhere."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.accounts.api.doors import Admin, Wired
from services.accounts.handlers import imports
from services.accounts.handlers.imports import Newcomer
from services.accounts.schemas.members import MemberImport, MemberShown

router = APIRouter(prefix="/v1/imports/members", tags=["staff"])


@router.post("", status_code=201, responses={200: {"model": MemberShown, "description": "Imported before."}})
async def import_member(body: MemberImport, admin: Admin, response: Response, deps: Wired) -> MemberShown:
    """Take over one member of an existing membership, whose address was proved there. `external_id` makes it
    idempotent: the second time it answers 200 with who exists, and changes nothing.
    """
    newcomer = Newcomer(
        external_id=body.external_id,
        email=body.email,
        profile=body.profile(),
        password=body.password,
        roles=body.roles,
        standing=body.standing,
    )
    member, created = await imports.import_member(
        deps, newcomer, by=admin.member_id, reason=f"Imported as {body.external_id}."
    )
    response.status_code = 201 if created else 200
    return MemberShown.of(member, deps.clock.now())
