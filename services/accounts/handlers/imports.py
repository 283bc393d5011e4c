"""Members who come from elsewhere, with addresses that were proved there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pymongo.errors import DuplicateKeyError

from services.accounts.deps import Deps
from services.accounts.errors import AddressTaken
from services.accounts.model.addresses import Address, parse_address
from services.accounts.model.member import Member, Profile, join
from services.accounts.model.passwords import check_password, normal_password
from services.accounts.model.staff import admit
from shared.events import Event
from shared.events.accounts import Role, Standing
from shared.ids import derived_id


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A member as the membership they come from knows them."""

    external_id: str
    email: str
    profile: Profile
    password: str | None = None
    roles: Iterable[Role] = ()
    standing: Standing | None = None
    """Where it is known better than the address says: ``member`` or ``official``."""


async def import_member(deps: Deps, newcomer: Newcomer, *, by: str, reason: str) -> tuple[Member, bool]:
    """The member under this external id, and whether they were created now. A second import changes nothing.

    Raises ``AddressTaken`` if the address is a member's who does not come from there.
    """
    existing = await deps.members.by_external_id(newcomer.external_id)
    if existing is not None:
        return existing, False
    address = parse_address(newcomer.email)
    holder = await deps.members.by_address(address.key)
    if holder is not None and holder.external_id == newcomer.external_id:
        return holder, False  # the same import, a moment ahead of this one
    if holder is not None:
        raise AddressTaken(f"Nothing was imported for {newcomer.external_id!r}.")
    member = await _admitted(deps, newcomer, address, by=by, reason=reason)
    try:
        await deps.members.add(*member, at=deps.clock.now())
    except DuplicateKeyError:
        existing = await deps.members.by_external_id(newcomer.external_id)
        if existing is None:
            raise AddressTaken(f"Nothing was imported for {newcomer.external_id!r}.") from None
        return existing, False
    return member[0], True


async def _admitted(
    deps: Deps, newcomer: Newcomer, address: Address, *, by: str, reason: str
) -> tuple[Member, list[Event]]:
    password_hash = None
    if newcomer.password is not None:
        normal = normal_password(newcomer.password)
        check_password(normal, about=(address.email, newcomer.profile.name))
        password_hash = await deps.passwords.hash(normal)
    verdict = (await deps.domains.current()).judge(address.domain)
    member, _ = join(
        derived_id("import", newcomer.external_id),
        address,
        newcomer.profile,
        verdict,
        password_hash=password_hash,
        at=deps.clock.now(),
    )
    return admit(
        member,
        standing=newcomer.standing,
        roles=newcomer.roles,
        external_id=newcomer.external_id,
        by=by,
        reason=reason,
    )
