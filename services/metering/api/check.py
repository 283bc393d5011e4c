"""The gateway's question, and the keys that the answer is signed with. Neither is routed from outside."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.metering.api.doors import Wired, address_of, only_peeks, signed_by
from services.metering.deps import Deps
from services.metering.grants import COOKIE
from services.metering.handlers import meter
from shared.http import HotRoute

router = APIRouter(include_in_schema=False)


async def check_meter(request: Request) -> Response:
    """Metering's word on one request. It annotates; the wall is content's answer."""
    deps: Deps = request.app.state.deps
    word = await meter.check(
        deps,
        meter.Request(
            slug=request.path_params["slug"],
            member=await signed_by(request),
            cookie=request.cookies.get(COOKIE),
            address=address_of(request, deps),
            peek=only_peeks(request),
        ),
    )
    headers = {"x-plenary-access": word.grant}
    if word.cookie:
        headers["set-cookie"] = word.cookie
    return Response(headers=headers)


HOT = (HotRoute("/internal/meter-check/v1/articles/{slug}", check_meter),)
"""Every article that anybody opens passes here."""


@router.get("/.well-known/grants.json")
async def grant_keys(deps: Wired) -> Response:
    """The keys that grants and readers' cookies are verified with."""
    return Response(deps.grants.public_keys(), media_type="application/json", headers={"Cache-Control": "max-age=300"})
