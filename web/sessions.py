"""The member's session: two cookies that no script can read, refreshed here before a page asks anything.

A refresh token is good once, and one that comes twice ends the session for good. A browser easily asks for two pages at
once, so those that come with the same token share one refresh, also for some seconds after it. The gateway keeps a
session with one replica for the same reason.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from web import times
from web.api import Api, As, Gateway, Problem, Unavailable
from web.cookies import YEAR, Cookies

ACCESS = "plenary_access"
REFRESH = "plenary_refresh"
SPARE_SECONDS = 20
"""An access token with less than this left is refreshed, so that it lasts for the page it is used on."""
SHARED_SECONDS = 30.0
"""How long a refresh answers those who come with the same token a little later."""


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in, as their access token says. The API verifies it; here it only decides what is offered."""

    member_id: str
    standing: str
    roles: frozenset[str]
    access: str

    def may(self, *roles: str) -> bool:
        """Whether the member has one of these roles."""
        return not self.roles.isdisjoint(roles)


def session_of(access: str | None, now: float) -> Session | None:
    """The session that an access token stands for, if it still does."""
    claims = _claims(access) if access else None
    if access is None or claims is None or claims.get("exp", 0) - SPARE_SECONDS <= now:
        return None
    roles = claims.get("roles", [])
    return Session(str(claims.get("sub", "")), str(claims.get("standing", "")), frozenset(map(str, roles)), access)


def _claims(token: str) -> dict[str, Any] | None:
    try:
        middle = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (ValueError, IndexError):
        return None
    return claims if isinstance(claims, dict) and isinstance(claims.get("exp"), int) else None


class Sessions:
    """Resumes sessions. One for the process."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._refreshing: dict[bytes, tuple[float, asyncio.Task[dict[str, Any]]]] = {}

    async def resume(self, cookies: Mapping[str, str], who: As, out: Cookies) -> Session | None:
        """The session that the browser's cookies stand for. May ask accounts, and then sets the new cookies."""
        session = session_of(cookies.get(ACCESS), time.time())
        refresh_token = cookies.get(REFRESH)
        if session is None and refresh_token:
            session = await self._refreshed(refresh_token, who, out)
        if session is not None:
            who.access = session.access
        return session

    async def _refreshed(self, token: str, who: As, out: Cookies) -> Session | None:
        try:
            tokens = await self._share(token, who)
        except Unavailable:
            who.waits = True  # Accounts is away: for this page one is a reader.
            return None
        except Problem as problem:
            if problem.status == 401:
                end(out)
            return None
        return begin(tokens, out, again=True)

    async def _share(self, token: str, who: As) -> dict[str, Any]:
        now = time.monotonic()
        for old in [key for key, (until, _) in self._refreshing.items() if until < now]:
            del self._refreshing[old]
        key = hashlib.sha256(token.encode()).digest()
        if key not in self._refreshing:
            asker = As(address=who.address, user_agent=who.user_agent)
            task = asyncio.create_task(Api(self._gateway, asker).accounts.refresh(token))
            self._refreshing[key] = (now + SHARED_SECONDS, task)
            task.add_done_callback(lambda done: self._forget_failure(key, done))
        return await asyncio.shield(self._refreshing[key][1])

    def _forget_failure(self, key: bytes, task: asyncio.Task[dict[str, Any]]) -> None:
        if task.cancelled() or task.exception() is not None:
            self._refreshing.pop(key, None)


def begin(tokens: Mapping[str, Any], out: Cookies, *, again: bool = False) -> Session | None:
    """Set the cookies of a session from the API's tokens, wherever they were given (log-in, proof, joining).

    Whoever logs in is shown hours by the zone of their profile, until they choose another.
    """
    out.set(ACCESS, tokens["access_token"], seconds=int(tokens["expires_in"]))
    expires = datetime.fromisoformat(tokens["refresh_expires_at"])
    out.set(REFRESH, tokens["refresh_token"], seconds=max(0, int(expires.timestamp() - time.time())))
    zone = times.known_zone((tokens.get("member") or {}).get("zone"))
    if zone and not again and zone not in {"UTC", "Etc/UTC"}:
        out.set(times.COOKIE, zone, seconds=YEAR)
    return session_of(tokens["access_token"], 0.0)


def end(out: Cookies) -> None:
    """Take the cookies of a session away."""
    out.drop(ACCESS)
    out.drop(REFRESH)
