"""What the doors of this service depend on."""

from __future__ import annotations

import hmac
import re
from typing import Annotated

from fastapi import Depends, Request

from services.accounts.crypto.readers import COOKIE
from services.accounts.deps import Deps, Visitor
from shared.http import Identity, deps_of, role

Wired = Annotated[Deps, Depends(deps_of)]
Admin = Annotated[Identity, role("admin")]
Reviewer = Annotated[Identity, role("admin", "community_manager")]
Moderator = Annotated[Identity, role("admin", "moderator")]

_NOT_PRINTABLE = re.compile(r"[^\x20-\x7e]")
MAX_DEVICE = 160


async def visitor_of(request: Request, deps: Wired) -> Visitor:
    """Where a request comes from. The client's address is the gateway's word, if the gateway is who says it."""
    key = deps.settings.gateway_key.get_secret_value()
    vouched = hmac.compare_digest(request.headers.get("x-plenary-gateway-key", "").encode(), key.encode())
    told = request.headers.get("x-plenary-client-address") if vouched else None
    peer = request.client.host if request.client else None
    device = _NOT_PRINTABLE.sub("", request.headers.get("user-agent", ""))[:MAX_DEVICE].strip()
    return Visitor(
        network=deps.vault.network(told or peer), device=device or None, reader_cookie=request.cookies.get(COOKIE)
    )


From = Annotated[Visitor, Depends(visitor_of)]
