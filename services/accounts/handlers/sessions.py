"""Logging in, staying logged in, and ending it."""

from __future__ import annotations

from datetime import timedelta

from services.accounts.crypto.secrets import RefreshToken
from services.accounts.deps import Deps, Visitor
from services.accounts.errors import CredentialsInvalid, SessionNotFound, TokenReused
from services.accounts.handlers.guard import guess
from services.accounts.handlers.readers import link_quietly
from services.accounts.model import sessions as rules
from services.accounts.model.access import SignedIn, access_claims
from services.accounts.model.addresses import parse_address
from services.accounts.model.member import Member, set_password
from services.accounts.model.passwords import normal_password
from services.accounts.model.sessions import Method, SessionFamily
from shared.errors import TokenInvalid
from shared.ids import new_id


async def begin_session(deps: Deps, member: Member, method: Method, visitor: Visitor) -> SignedIn:
    """Start a session, and let the reader on this browser be the member from now on."""
    session, refresh_token = new_session(deps, member.id, method, visitor)
    await deps.sessions.add(session, at=session.started_at)
    await deps.sessions.end_beyond(member.id, rules.AT_ONCE, session.started_at)
    await link_quietly(deps, member.id, visitor)
    return signed_in(deps, member, session, refresh_token)


def new_session(deps: Deps, member_id: str, method: Method, visitor: Visitor) -> tuple[SessionFamily, str]:
    """A session yet to be saved, and its first refresh token."""
    family_id, nonce = new_id(), deps.vault.new_token()
    session = rules.start(
        family_id,
        member_id,
        method=method,
        device=visitor.device,
        token_hash=deps.vault.kept_nonce(nonce),
        at=deps.clock.now(),
    )
    return session, deps.vault.refresh_token(family_id, session.generation, nonce)


def signed_in(deps: Deps, member: Member, session: SessionFamily, refresh_token: str) -> SignedIn:
    """The session with an access token for ten minutes at most."""
    claims = access_claims(
        member,
        session_id=session.id,
        token_id=new_id(),
        issuer=deps.settings.token_issuer,
        audience=deps.settings.token_audience,
        lifetime=timedelta(seconds=deps.settings.access_token_seconds),
        at=deps.clock.now(),
    )
    return SignedIn(member, session, deps.keys.sign(claims), claims["exp"] - claims["iat"], refresh_token)


async def log_in(deps: Deps, email: str, password: str, visitor: Visitor) -> SignedIn:
    """Log in by password. One Argon2 verification whoever asks, so that the time tells nothing either."""
    address = parse_address(email)
    async with guess(deps, network=visitor.network, account=address.key):
        member = await deps.members.by_address(address.key)
        kept = member.password_hash if member else None
        normal = normal_password(password)
        if not await deps.passwords.verify(kept, normal) or member is None or kept is None:
            raise CredentialsInvalid("Check both, or have a link sent to your address.")
    if deps.passwords.outdated(kept):
        fresh, at = await deps.passwords.hash(normal), deps.clock.now()
        member = await deps.members.change(member.id, lambda now: set_password(now, fresh, at), at=at)
    return await begin_session(deps, member, "password", visitor)


async def refresh(deps: Deps, token: str) -> SignedIn:
    """Exchange a refresh token for the next. One that was used before ends its session, and is told as an event."""
    shown = deps.vault.read_refresh_token(token)
    if shown is None:
        raise TokenInvalid
    family = await deps.sessions.find(shown.family_id)
    if family is None:
        raise TokenInvalid
    nonce, at = deps.vault.new_token(), deps.clock.now()
    try:
        session = await deps.sessions.change(
            family.id, lambda now: (_rotated(deps, now, shown, nonce), []), at=at, tries=16
        )
    except TokenReused:
        await deps.sessions.change(family.id, lambda now: rules.end(now, "token-reused", at), at=at, tries=16)
        raise
    member = await deps.members.load(session.member_id)
    return signed_in(deps, member, session, deps.vault.refresh_token(session.id, session.generation, nonce))


def _rotated(deps: Deps, family: SessionFamily, shown: RefreshToken, nonce: str) -> SessionFamily:
    return rules.rotate(
        family,
        generation=shown.generation,
        token_hash=deps.vault.kept_nonce(shown.nonce),
        next_hash=deps.vault.kept_nonce(nonce),
        at=deps.clock.now(),
    )


async def list_sessions(deps: Deps, member_id: str) -> list[SessionFamily]:
    """The member's sessions that go on, a hundred at most."""
    return [deps.sessions.from_document(found) async for found in deps.sessions.live(member_id, deps.clock.now())]


async def end_session(deps: Deps, member_id: str, session_id: str) -> None:
    """End one of the member's sessions, once; raises ``SessionNotFound`` for anybody else's."""
    session = await deps.sessions.load(session_id)
    if session.member_id != member_id:
        raise SessionNotFound
    at = deps.clock.now()
    await deps.sessions.change(session_id, lambda now: rules.end(now, "revoked", at), at=at)


async def end_all_sessions(deps: Deps, member_id: str) -> None:
    """End all of the member's sessions, this one too."""
    await deps.sessions.end_all(member_id, "logged-out", deps.clock.now())
