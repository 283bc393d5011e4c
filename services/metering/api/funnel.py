"""The way from reading to joining, for editors."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from services.metering.api.doors import Wired
from services.metering.handlers.funnel import funnel
from services.metering.schemas import Funnel, FunnelRow
from shared.http import Identity, role

router = APIRouter(prefix="/v1", tags=["meter"])
Editor = Annotated[Identity, role("editor", "community_manager", "admin")]


@router.get("/funnel", operation_id="getFunnel")
async def get_funnel(
    deps: Wired,
    _editor: Editor,
    dimension: Annotated[Literal["all", "topic", "region"], Query(description="How to split the numbers.")] = "all",
    days: Annotated[int, Query(ge=1, le=400, description="How far back, today included.")] = 30,
) -> Funnel:
    """How many read, met the wall and then joined, by day, newest first."""
    steps = await funnel(deps, dimension, days)
    return Funnel(dimension=dimension, rows=[FunnelRow.model_validate(asdict(step)) for step in steps])
