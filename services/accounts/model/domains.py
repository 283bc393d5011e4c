"""What an address's domain says about its owner: in government, for a person to decide, or open to anybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.accounts.errors import DomainNotListed
from shared.model import Aggregate

Ruling = Literal["government", "review", "ineligible"]
"""``government``: an official, at once. ``review``: on no list, so a person decides. ``ineligible``: a mailbox that
anybody can have; never an official by the address alone, and reviewed like the others."""


class DomainRule(BaseModel):
    """One entry of the list: it covers the domain and everything below it."""

    model_config = ConfigDict(frozen=True)

    domain: str
    ruling: Ruling
    country: str | None = None
    """ISO 3166-1 alpha-2, where the domain belongs to one country."""
    note: str | None = None


class Verdict(BaseModel):
    """What the list says of a domain, and by which entry of which version."""

    model_config = ConfigDict(frozen=True)

    ruling: Ruling
    rule: str | None
    """The entry that matched; None if none did."""
    list_version: int
    country: str | None = None


class DomainList(Aggregate):
    """One version of the list. Versions are never changed: a change is the next one."""

    number: int
    rules: tuple[DomainRule, ...]
    made_at: datetime
    made_by: str
    """The administrator's member id, or ``domains.yaml``."""
    reason: str

    @cached_property
    def _by_domain(self) -> dict[str, DomainRule]:
        return {rule.domain: rule for rule in self.rules}

    def judge(self, domain: str) -> Verdict:
        """What the list says of ``domain``, which is in ASCII and lower case. The longest entry decides."""
        for candidate in _from_longest(domain):
            rule = self._by_domain.get(candidate)
            if rule is not None:
                return Verdict(ruling=rule.ruling, rule=rule.domain, list_version=self.number, country=rule.country)
        return Verdict(ruling="review", rule=None, list_version=self.number)

    def changed(
        self, *, put: Sequence[DomainRule], remove: Sequence[str], by: str, reason: str, at: datetime
    ) -> DomainList:
        """The next version: entries added or replaced, others removed; raises ``DomainNotListed``."""
        rules = dict(self._by_domain)
        unknown = [domain for domain in remove if domain not in rules]
        if unknown:
            raise DomainNotListed(f"Not on version {self.number}: {', '.join(unknown)}.")
        for domain in remove:
            del rules[domain]
        rules.update({rule.domain: rule for rule in put})
        number = self.number + 1
        ordered = tuple(rules[domain] for domain in sorted(rules))
        return DomainList(
            id=list_id(number), version=1, number=number, rules=ordered, made_at=at, made_by=by, reason=reason
        )


def list_id(number: int) -> str:
    """The id of a version: sorted as text, versions sort by their number."""
    return f"domains-{number:08d}"


def _from_longest(domain: str) -> Iterator[str]:
    """``a.gov.sg``, ``gov.sg``, ``sg``: whole labels only, so ``evilgov.sg`` never meets ``gov.sg``."""
    labels = domain.split(".")
    return (".".join(labels[start:]) for start in range(len(labels)))
