"""The domain list: what it says, and its next version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from services.accounts.deps import Deps
from services.accounts.model.addresses import parse_domain
from services.accounts.model.domains import DomainList, DomainRule, Verdict, list_id
from shared.errors import StaleWrite

DATA = Path(__file__).parent.parent / "domains.yaml"


async def load_list(deps: Deps, number: int | None = None) -> DomainList:
    """One version of the list, or the one in force; raises ``DomainListNotFound``."""
    return await deps.domains.current() if number is None else await deps.domains.version(number)


async def list_versions(deps: Deps, *, before: int | None, limit: int) -> list[DomainList]:
    """Versions from the newest on, without their entries."""
    return await deps.domains.history(before=before, limit=limit)


async def judge(deps: Deps, domain: str) -> Verdict:
    """What the list in force says of a domain; raises ``DomainInvalid``."""
    return (await deps.domains.current()).judge(parse_domain(domain))


async def change_list(
    deps: Deps, expected: int, *, put: Sequence[DomainRule], remove: Sequence[str], by: str, reason: str
) -> DomainList:
    """Put the next version in force, made from version ``expected``. Members keep their standing: it shows when they
    next prove their address.
    """
    current = await deps.domains.current()
    if current.number != expected:
        raise StaleWrite(f"Version {current.number} is in force.")
    rules = [rule.model_copy(update={"domain": parse_domain(rule.domain)}) for rule in put]
    gone = [parse_domain(domain) for domain in remove]
    version = current.changed(put=rules, remove=gone, by=by, reason=reason, at=deps.clock.now())
    await deps.domains.add(version)
    return version


def first_list(at: datetime) -> DomainList:
    """Version 1, as ``domains.yaml`` has it."""
    data: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    rules = [
        DomainRule(domain=domain, ruling="government", country=country)
        for country, domains in data["government"].items()
        for domain in domains
    ]
    rules += [
        DomainRule(domain=domain, ruling="government", note=note) for domain, note in data["organisations"].items()
    ]
    rules += [DomainRule(domain=domain, ruling="ineligible") for domain in data["ineligible"]]
    return DomainList(
        id=list_id(1),
        version=1,
        number=1,
        rules=tuple(sorted(rules, key=lambda rule: rule.domain)),
        made_at=at,
        made_by=DATA.name,
        reason="The list that comes with the service.",
    )
