"""Who is asking, as far as a verified access token says so. Headers that merely claim it are never looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPBearer

from shared.errors import Forbidden, NotSignedIn, TokenInvalid
from shared.tokens import Claims, TokenVerifier

_SCHEME = HTTPBearer(auto_error=False, scheme_name="member", description="An access token from POST /v1/sessions.")


@dataclass(frozen=True, slots=True)
class Identity:
    """A member, as of the moment their token was issued (at most ten minutes ago)."""

    member_id: str
    standing: str
    roles: frozenset[str]
    session_id: str

    def may(self, *roles: str) -> bool:
        """Whether the member has one of these roles."""
        return not self.roles.isdisjoint(roles)


async def identity_from(authorization: str | None, tokens: TokenVerifier) -> Identity | None:
    """The identity in an ``Authorization`` header; None without one; raises TokenInvalid for anything but a token."""
    if not authorization:
        return None
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise TokenInvalid
    return identity_of(await tokens.verify(token.strip()))


def identity_of(claims: Claims) -> Identity:
    """The identity that verified claims describe."""
    member, session = claims.get("sub"), claims.get("sid")
    standing, roles = claims.get("standing"), claims.get("roles", [])
    if not (_is_text(member) and _is_text(session) and _is_text(standing) and isinstance(roles, list)):
        raise TokenInvalid
    return Identity(str(member), str(standing), frozenset(map(str, roles)), str(session))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


async def anyone(request: Request, _documented: Annotated[Any, Security(_SCHEME)] = None) -> Identity | None:
    """The member who asks, or None for a reader who is not signed in."""
    given = request.headers.getlist("authorization")
    if len(given) > 1:
        raise TokenInvalid
    return await identity_from(given[0] if given else None, request.app.state.resources.tokens)


async def member(identity: Annotated[Identity | None, Depends(anyone)]) -> Identity:
    """The member who asks; refuses a reader who is not signed in."""
    if identity is None:
        raise NotSignedIn
    return identity


Anyone = Annotated[Identity | None, Depends(anyone)]
Member = Annotated[Identity, Depends(member)]


def role(*roles: str) -> Any:
    """Depend on a member who has one of these roles.

    Written ``editor: Annotated[Identity, role("editor", "admin")]``.
    """

    async def with_role(identity: Member) -> Identity:
        if not identity.may(*roles):
            raise Forbidden(f"This needs one of the roles {', '.join(roles)}.")
        return identity

    with_role.needs_role = True  # type: ignore[attr-defined]
    return Depends(with_role)


def needs_role(dependant: Dependant) -> bool:
    """Whether a route asks for a role."""
    own = getattr(dependant.call, "needs_role", False)
    return own or any(needs_role(each) for each in dependant.dependencies)
