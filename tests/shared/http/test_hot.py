"""A route in front of the documented one takes what that one would find nothing wrong with, and nothing else."""

from __future__ import annotations

from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from shared.http import HotRoute, attach, create_app
from shared.http.edge import route_template
from shared.resources import Resources
from tests.doors import client_of

router = APIRouter()


@router.get("/v1/pamphlets/{slug}", operation_id="readPamphlet")
async def read_pamphlet(slug: Annotated[str, Path(max_length=200)]) -> dict[str, str]:
    """A pamphlet."""
    return {"slug": slug, "by": "the documented route"}


@router.put("/v1/pamphlets/{slug}")
async def write_pamphlet(slug: str) -> dict[str, str]:
    """Another edition."""
    return {"slug": slug, "by": "the documented route"}


seen: dict[str, Any] = {}


async def hot(request: Request) -> Response:
    seen["template"] = route_template(request.scope)
    return PlainTextResponse(f"hot {request.path_params['slug']}")


@pytest.fixture
async def client(resources: Resources) -> Any:
    app = create_app(title="Pamphlets", deps=None, routers=[router], hot=[HotRoute("/v1/pamphlets/{slug}", hot)])
    async with client_of(attach(app, resources)) as client:
        yield client


async def test_a_plain_request_is_answered_by_the_hot_route_and_counted_under_its_template(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.get("/v1/pamphlets/openness", headers={"accept": "*/*"})

    assert answer.text == "hot openness"
    assert seen["template"] == "/v1/pamphlets/{slug}"


async def test_what_is_wrong_is_told_by_the_documented_route(client: httpx2.AsyncClient) -> None:
    too_long = await client.get(f"/v1/pamphlets/{'x' * 201}")
    written = await client.put("/v1/pamphlets/openness", json={})
    refused = await client.delete("/v1/pamphlets/openness")

    assert (too_long.status_code, too_long.headers["content-type"]) == (422, "application/problem+json")
    assert written.json()["by"] == "the documented route"
    assert refused.status_code == 405


async def test_the_document_knows_the_documented_route_only(client: httpx2.AsyncClient) -> None:
    app = create_app(title="Pamphlets", deps=None, routers=[router], hot=[HotRoute("/v1/pamphlets/{slug}", hot)])

    assert app.openapi()["paths"]["/v1/pamphlets/{slug}"]["get"]["operationId"] == "readPamphlet"
