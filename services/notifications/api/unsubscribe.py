"""The links in mails that stop one kind of mail, without logging in (RFC 8058)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Response

from services.notifications.deps import Deps
from services.notifications.errors import OneClickMissing
from services.notifications.handlers.preferences import show_unsubscription, unsubscribe
from services.notifications.schemas import UnsubscriptionView
from services.notifications.unsubscribing import MAX_TOKEN
from shared.http import deps_of

router = APIRouter(prefix="/v1/unsubscribe", tags=["preferences"])
Wired = Annotated[Deps, Depends(deps_of)]
Token = Annotated[str, Path(max_length=MAX_TOKEN)]
ONE_CLICK = "One-Click"


@router.get("/{token}", operation_id="getUnsubscription")
async def get_unsubscription(token: Token, deps: Wired, response: Response) -> UnsubscriptionView:
    """What the link is about. Changes nothing, because programs follow links that nobody has clicked."""
    response.headers["Cache-Control"] = "no-store"
    purpose, unsubscribed = await show_unsubscription(deps, token)
    return UnsubscriptionView(purpose=purpose, unsubscribed=unsubscribed)


@router.post("/{token}", operation_id="unsubscribe")
async def post_unsubscription(
    token: Token, deps: Wired, confirmation: Annotated[str, Form(alias="List-Unsubscribe")] = ""
) -> UnsubscriptionView:
    """Stop this kind of mail. Doing it again is fine."""
    if confirmation != ONE_CLICK:
        raise OneClickMissing
    purpose, unsubscribed = await unsubscribe(deps, token)
    return UnsubscriptionView(purpose=purpose, unsubscribed=unsubscribed)
