"""The domain list, as everybody may read it and administrators change it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from services.accounts.model.domains import DomainList, DomainRule, Ruling
from services.accounts.schemas.kinds import Country, Reason, ShortText
from shared.http import Body

Domain = Annotated[str, StringConstraints(min_length=2, max_length=253), Field(examples=["health.govt.nz"])]


class DomainListShown(BaseModel):
    """One version of the list."""

    version: int
    made_at: datetime
    reason: str
    rules: tuple[DomainRule, ...]

    @classmethod
    def of(cls, version: DomainList) -> Self:
        """The version with all its entries."""
        return cls(version=version.number, made_at=version.made_at, reason=version.reason, rules=version.rules)


class VersionShown(BaseModel):
    """One version without its entries."""

    version: int
    made_at: datetime
    made_by: str
    reason: str

    @classmethod
    def of(cls, version: DomainList) -> Self:
        """What staff see of it in the history."""
        return cls(version=version.number, made_at=version.made_at, made_by=version.made_by, reason=version.reason)


class RuleBody(Body):
    """An entry: it covers the domain and everything below it."""

    domain: Domain
    ruling: Ruling
    country: Country | None = None
    note: ShortText | None = None


class DomainChange(Body):
    """What the next version has that this one has not, and the other way round."""

    put: tuple[RuleBody, ...] = Field(default=(), max_length=500)
    remove: tuple[Domain, ...] = Field(default=(), max_length=500)
    reason: Reason

    @model_validator(mode="after")
    def _something_changes(self) -> Self:
        if not self.put and not self.remove:
            raise ValueError("put or remove at least one entry")
        return self

    def rules(self) -> list[DomainRule]:
        """The entries to add or replace."""
        return [DomainRule.model_validate(rule.model_dump()) for rule in self.put]
