"""Places at webinars."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from services.content.api.webinars import Name, ViewerZone
from services.content.deps import Deps
from services.content.handlers import registrations
from services.content.model.lists import Place
from services.content.schemas.articles import Id
from services.content.schemas.webinars import RegistrationView
from shared.http import Idempotent, Member, Page, Paging, deps_of

router = APIRouter(prefix="/v1", tags=["registrations"])
Wired = Annotated[Deps, Depends(deps_of)]
RegistrationId = Annotated[Id, Path()]


@router.post("/webinars/{name}/registrations", status_code=201, responses={200: {"model": RegistrationView}})
async def register_for_webinar(
    name: Name, member: Member, _key: Idempotent, deps: Wired, response: Response, zone: ViewerZone = None
) -> RegistrationView:
    """Take a place. Who has one keeps it, and is answered with it (200)."""
    webinar, registration, new = await registrations.register(deps, name, member_id=member.member_id)
    response.status_code = 201 if new else 200
    response.headers["Location"] = f"/v1/registrations/{registration.id}"
    return RegistrationView.of(webinar, registration, at=deps.clock.now(), zone=zone)


@router.get("/registrations")
async def list_registrations(
    member: Member, deps: Wired, paging: Paging, zone: ViewerZone = None
) -> Page[RegistrationView]:
    """The places you hold, the last taken first."""
    after = None if paging.after is None else Place(*paging.after)
    found = await registrations.own_registrations(deps, member_id=member.member_id, after=after, limit=paging.limit + 1)
    shown, more = found[: paging.limit], len(found) > paging.limit
    now = deps.clock.now()
    items = [RegistrationView.of(webinar, registration, at=now, zone=zone) for webinar, registration in shown]
    position = (shown[-1][1].registered_at, shown[-1][1].id) if more else None
    return paging.page(items, position)


@router.get("/registrations/{registration_id}")
async def read_registration(
    registration_id: RegistrationId, member: Member, deps: Wired, zone: ViewerZone = None
) -> RegistrationView:
    """A place of yours, held or given up."""
    webinar, registration = await registrations.registration(deps, registration_id, member_id=member.member_id)
    return RegistrationView.of(webinar, registration, at=deps.clock.now(), zone=zone)


@router.delete("/registrations/{registration_id}", status_code=204)
async def give_up_registration(registration_id: RegistrationId, member: Member, deps: Wired) -> None:
    """Give your place up to somebody else."""
    await registrations.give_up(deps, registration_id, member_id=member.member_id)
