"""What a member wants to hear."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.notifications.deps import Deps
from services.notifications.handlers.preferences import choose_preferences, read_preferences
from services.notifications.schemas import (
    NewPreferences,
    PreferencesView,
    PurposeView,
    preferences_view,
    purposes_view,
)
from shared.http import IfMatch, Member, deps_of, etag_of, fresh

router = APIRouter(prefix="/v1/preferences", tags=["preferences"])
Wired = Annotated[Deps, Depends(deps_of)]
PRIVATE = {"Cache-Control": "private, no-cache"}


@router.get("", operation_id="getPreferences", response_model=PreferencesView)
async def get_preferences(member: Member, deps: Wired, request: Request) -> Response:
    """One's own choices; every kind of mail is listed."""
    preferences = await read_preferences(deps, member.member_id)
    return fresh(request, preferences_view(preferences), etag_of(preferences), PRIVATE)


@router.put("", operation_id="choosePreferences")
async def put_preferences(
    body: NewPreferences, member: Member, version: IfMatch, deps: Wired, response: Response
) -> PreferencesView:
    """Choose anew. Needs the ETag of the choices that were last seen."""
    preferences = await choose_preferences(
        deps,
        member.member_id,
        purposes=body.purposes,
        topics=body.topics,
        quiet_hours=body.quiet_hours,
        version=version,
    )
    response.headers["ETag"] = etag_of(preferences)
    return preferences_view(preferences)


@router.get("/purposes", operation_id="listPurposes")
async def list_purposes() -> list[PurposeView]:
    """The kinds of mail there are, and which of them can be turned off."""
    return purposes_view()
