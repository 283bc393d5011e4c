"""What the doors of this service depend on."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from services.metering.deps import Deps
from services.metering.handlers.meter import Signed
from shared.errors import TokenInvalid
from shared.http import deps_of, identity_of, is_head

Wired = Annotated[Deps, Depends(deps_of)]


async def signed_by(request: Request) -> Signed | None:
    """The member whose access token the request carries; None without one. A bad token is a refusal."""
    given = request.headers.getlist("authorization")
    if not given:
        return None
    scheme, _, token = given[0].partition(" ")
    if len(given) > 1 or scheme.lower() != "bearer":
        raise TokenInvalid
    claims = await request.app.state.resources.tokens.verify(token.strip())
    identity = identity_of(claims)
    return Signed(identity.member_id, identity.standing, datetime.fromtimestamp(claims["iat"], UTC))


MaybeSigned = Annotated[Signed | None, Depends(signed_by)]


def address_of(request: Request, deps: Deps) -> str | None:
    """The client's address: the gateway's word, if the gateway is who says it."""
    key = deps.settings.gateway_key.get_secret_value()
    vouched = hmac.compare_digest(request.headers.get("x-plenary-gateway-key", "").encode(), key.encode())
    told = request.headers.get("x-plenary-client-address") if vouched else None
    return told or (request.client.host if request.client else None)


def only_peeks(request: Request) -> bool:
    """HEAD, and what a browser fetches ahead: nobody reads it, or not yet."""
    purpose = request.headers.get("sec-purpose", request.headers.get("purpose", "")).lower()
    return is_head(request) or "prefetch" in purpose or "prerender" in purpose
