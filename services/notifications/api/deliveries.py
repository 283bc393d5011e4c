"""The mail as operators see it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from services.notifications.deps import Deps
from services.notifications.handlers.deliveries import list_deliveries, resend_delivery, show_delivery
from services.notifications.model.message import GIVEN_UP, State
from services.notifications.schemas import DeliveryView, Resending, delivery_view
from services.notifications.store.messages import position
from shared.http import Identity, Page, Paging, deps_of, role

router = APIRouter(prefix="/v1/deliveries", tags=["deliveries"])
Wired = Annotated[Deps, Depends(deps_of)]
Admin = Annotated[Identity, role("admin")]
DeliveryId = Annotated[str, Path(max_length=64)]


@router.get("", operation_id="listDeliveries")
async def get_deliveries(
    deps: Wired,
    _admin: Admin,
    paging: Paging,
    state: Annotated[list[State] | None, Query(max_length=10, description="By default, what was given up.")] = None,
) -> Page[DeliveryView]:
    """Deliveries, newest first: by default the dead letters."""
    found = await list_deliveries(deps, state or GIVEN_UP, after=paging.after, limit=paging.limit + 1)
    shown, more = found[: paging.limit], len(found) > paging.limit
    return paging.page([delivery_view(message) for message in shown], position(shown[-1]) if more else None)


@router.get("/{id}", operation_id="getDelivery")
async def get_delivery(id: DeliveryId, deps: Wired, _admin: Admin) -> DeliveryView:
    """One delivery, with its tries."""
    return delivery_view(await show_delivery(deps, id))


@router.post("/{id}/resend", status_code=202, operation_id="resendDelivery")
async def post_resend(id: DeliveryId, body: Resending, deps: Wired, admin: Admin) -> DeliveryView:
    """Send again what was given up. For one that is `unknown` this may be a second copy, which you take upon you."""
    message = await resend_delivery(deps, id, by=admin.member_id, lift_suppression=body.lift_suppression)
    return delivery_view(message)
