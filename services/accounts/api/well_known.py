"""The keys that everybody verifies access tokens with."""

from __future__ import annotations

from fastapi import APIRouter, Response

from services.accounts.api.doors import Wired
from shared.http import JsonBytes

router = APIRouter(tags=["keys"])


@router.get("/.well-known/jwks.json")
async def get_keys(deps: Wired) -> Response:
    """The JWK set (RFC 7517) of access tokens."""
    return JsonBytes(deps.keys.public(), headers={"Cache-Control": "public, max-age=300"})
