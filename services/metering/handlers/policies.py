"""The rules of the meter: which there are, and deciding on a new one."""

from __future__ import annotations

from datetime import datetime

from services.metering.deps import Deps
from services.metering.errors import PolicyContended
from services.metering.model import policies
from services.metering.model.policies import Kind, Policy

TRIES = 5


async def all_policies(deps: Deps) -> list[Policy]:
    """Every rule there was, is, or is to come."""
    return await deps.policies.all(fresh=True)


async def decide_policy(
    deps: Deps,
    policy_id: str,
    *,
    limit: int,
    kind: Kind,
    zone: str,
    days: int | None,
    starts_at: datetime | None,
    by: str,
) -> Policy:
    """A new rule, under the next version. The same ``policy_id`` again gives the rule that was made of it."""
    for _ in range(TRIES):
        known = await deps.policies.all(fresh=True)
        made = next((policy for policy in known if policy.id == policy_id), None)
        if made is not None:
            return made
        at = deps.clock.now()
        policy = policies.decide(
            policy_id=policy_id,
            version=max((policy.version for policy in known), default=0) + 1,
            limit=limit,
            kind=kind,
            zone=zone,
            days=days,
            starts_at=starts_at or at,
            by=by,
            at=at,
        )
        if await deps.policies.add(policy):
            return policy
    raise PolicyContended("Others decide on policies at this very moment; look at theirs first.")
