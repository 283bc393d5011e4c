"""What members change about themselves."""

from __future__ import annotations

from services.accounts.deps import Deps
from services.accounts.errors import PasswordWrong, SessionEnded
from services.accounts.handlers.guard import check_seen, guess
from services.accounts.model.member import Member, Profile, change_profile, set_password
from services.accounts.model.passwords import check_password, normal_password
from shared.mongo import Session, transact


async def load_member(deps: Deps, member_id: str) -> Member:
    """The member as they are now."""
    return await deps.members.load(member_id)


async def update_profile(deps: Deps, member_id: str, expected: int, fields: dict[str, object]) -> Member:
    """Change some fields of the profile; raises ``StaleWrite`` unless the member is at the expected version."""
    member = await deps.members.load(member_id)
    check_seen(member, expected)
    at = deps.clock.now()
    profile = Profile.model_validate(member.profile.model_dump() | fields)
    changed, events = change_profile(member, profile, at)
    if changed is member:
        return member
    return await deps.members.save(changed, events, at=at)


async def change_password(
    deps: Deps, member_id: str, session_id: str, *, present: str | None, new: str, network: str
) -> Member:
    """Set the password, and end all other sessions. The present one has to be known, if there is one."""
    await _check_session(deps, session_id)
    member = await deps.members.load(member_id)
    normal = normal_password(new)
    check_password(normal, about=(member.email, member.profile.name, member.profile.organisation or ""))
    if member.password_hash is not None:
        async with guess(deps, network=network, account=member.address_key):
            if not await deps.passwords.verify(member.password_hash, normal_password(present or "")):
                raise PasswordWrong("Have a link sent to your address if you do not remember it.")
    fresh, at = await deps.passwords.hash(normal), deps.clock.now()

    async def write(session: Session) -> Member:
        changed = await deps.members.change(member_id, lambda now: set_password(now, fresh, at), at=at, session=session)
        await deps.sessions.end_all(member_id, "password-changed", at, but=session_id, session=session)
        return changed

    return await transact(deps.client, write)


async def _check_session(deps: Deps, session_id: str) -> None:
    """An access token outlives its session by ten minutes at most; for a change like this, that is too long."""
    session = await deps.sessions.find(session_id)
    if session is None or not session.live(deps.clock.now()):
        raise SessionEnded
