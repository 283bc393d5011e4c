"""The reader's own meter, and the rules it goes by."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Request

from services.metering.api.doors import MaybeSigned, Wired
from services.metering.grants import COOKIE
from services.metering.handlers.account import account_for
from services.metering.handlers.policies import all_policies, decide_policy
from services.metering.model.policies import Policy
from services.metering.schemas import CountedArticle, MeterView, NewPolicy, PolicyView
from shared.http import Anyone, Idempotent, Identity, role

router = APIRouter(prefix="/v1", tags=["meter"])
Admin = Annotated[Identity, role("admin")]


@router.get("/meter", operation_id="getMeter")
async def get_meter(request: Request, member: MaybeSigned, _documented: Anyone, deps: Wired) -> MeterView:
    """How far the allowance is used, by which articles, and by which rule."""
    account = await account_for(deps, member, request.cookies.get(COOKIE))
    return MeterView(
        state=account.state,
        used=account.used,
        limit=account.policy.limit,
        remaining=account.remaining,
        resets_at=account.resets_at,
        window=account.window.name,
        articles=[CountedArticle.model_validate(asdict(article)) for article in account.articles],
        policy=_view(account.policy),
    )


@router.get("/policies", operation_id="listPolicies")
async def list_policies(deps: Wired) -> list[PolicyView]:
    """Every rule there was, is, or is to come."""
    return [_view(policy) for policy in await all_policies(deps)]


@router.post("/policies", status_code=201, operation_id="createPolicy")
async def create_policy(body: NewPolicy, admin: Admin, key: Idempotent, deps: Wired) -> PolicyView:
    """Decide on a new rule. It begins now unless `starts_at` says later."""
    policy = await decide_policy(deps, key.derive("policy"), **body.model_dump(), by=admin.member_id)
    return _view(policy)


def _view(policy: Policy) -> PolicyView:
    return PolicyView(**policy.model_dump(exclude={"id", "created_by"}), rule=policy.rule())
