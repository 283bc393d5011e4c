"""What has to be there before the first request: the domain list, and somebody who can let others in."""

from __future__ import annotations

import structlog

from services.accounts.deps import Deps
from services.accounts.errors import DomainListNotFound
from services.accounts.handlers.domains import first_list
from services.accounts.handlers.imports import Newcomer, import_member
from services.accounts.model.addresses import parse_address
from services.accounts.model.member import Profile
from shared.errors import StaleWrite

log = structlog.get_logger(__name__)

BY_SETTINGS = "settings"


async def begin(deps: Deps) -> None:
    """Load the domain list and create the administrator, where they are missing. Any number of replicas may try."""
    await _load_domain_list(deps)
    await _create_administrator(deps)


async def _load_domain_list(deps: Deps) -> None:
    try:
        await deps.domains.current()
    except DomainListNotFound:
        version = first_list(deps.clock.now())
        try:
            await deps.domains.add(version)
        except StaleWrite:
            return  # Another replica was faster.
        log.info("domains.loaded", rules=len(version.rules))


async def _create_administrator(deps: Deps) -> None:
    email, password = deps.settings.admin_email, deps.settings.admin_password
    if email is None or password is None:
        return
    address = parse_address(email)
    if await deps.members.by_address(address.key):
        return
    first = Newcomer(
        external_id=f"administrator:{address.key}",
        email=email,
        profile=Profile(name="Administrator"),
        password=password.get_secret_value(),
        roles=("admin",),
        standing="member",
    )
    _, created = await import_member(deps, first, by=BY_SETTINGS, reason="The first administrator.")
    if created:
        log.info("administrator.created")
