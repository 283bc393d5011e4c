"""Logging in by password, staying logged in, and ending it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from services.accounts.api.doors import From, Wired
from services.accounts.handlers import sessions
from services.accounts.schemas.sessions import Credentials, Refreshing, SessionList, SessionShown, Tokens
from shared.http import Member

router = APIRouter(prefix="/v1/sessions", tags=["sessions"])


@router.post("", status_code=201)
async def log_in(body: Credentials, visitor: From, deps: Wired) -> Tokens:
    """Log in by password. By link or code: `POST /v1/proofs`."""
    return Tokens.of(await sessions.log_in(deps, body.email, body.password, visitor), deps.clock.now())


@router.post("/refresh")
async def refresh_session(body: Refreshing, deps: Wired) -> Tokens:
    """Exchange the refresh token for new tokens. Each is good once: one that comes a second time ends the session, so
    a client refreshes one request at a time.
    """
    return Tokens.of(await sessions.refresh(deps, body.refresh_token), deps.clock.now())


@router.get("")
async def list_sessions(member: Member, deps: Wired) -> SessionList:
    """Where you are logged in."""
    found = await sessions.list_sessions(deps, member.member_id)
    return SessionList(items=[SessionShown.of(session, member.session_id) for session in found])


@router.delete("", status_code=204)
async def end_all_sessions(member: Member, deps: Wired) -> None:
    """Log out everywhere. Access tokens that are out end within ten minutes."""
    await sessions.end_all_sessions(deps, member.member_id)


@router.delete("/{session_id}", status_code=204)
async def end_session(session_id: Annotated[str, Path(max_length=100)], member: Member, deps: Wired) -> None:
    """End one session; `current` is the one that asks."""
    target = member.session_id if session_id == "current" else session_id
    await sessions.end_session(deps, member.member_id, target)
