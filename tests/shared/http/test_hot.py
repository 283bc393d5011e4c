"""A route in front of the documented one takes what that one would find nothing wrong with, and nothing else."""

from __future__ import annotations

from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from shared.errors import Refusal
from shared.http import (
    Body,
    HotRoute,
    Idempotent,
    JsonBytes,
    attach,
    body_of,
    create_app,
    idempotency_key,
)
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


class Edition(Body):
    """What a printer brings."""

    copies: Annotated[int, Field(ge=1)]


@router.post("/v1/pamphlets", status_code=201)
async def print_pamphlet(edition: Edition, key: Idempotent) -> dict[str, Any]:
    """A first edition."""
    return {"id": key.derive("edition"), "copies": edition.copies, "by": "the documented route"}


async def hot_read(request: Request) -> Response:
    seen["template"] = route_template(request.scope)
    return PlainTextResponse(f"hot {request.path_params['slug']}")


async def print_hot(request: Request) -> Response | None:
    edition = await body_of(request, Edition)
    if edition is None or edition.copies > 1_000:
        return None
    key = await idempotency_key(request, None, request.headers.get("idempotency-key"))
    if edition.copies == 13:
        raise Unlucky
    return JsonBytes({"id": key.derive("edition"), "copies": edition.copies, "by": "the hot route"}, 201)


class Unlucky(Refusal):
    slug, status, title = "unlucky", 409, "Nobody prints thirteen"


HOT = [HotRoute("/v1/pamphlets/{slug}", hot_read), HotRoute("/v1/pamphlets", print_hot, method="POST")]


@pytest.fixture
async def client(resources: Resources) -> Any:
    app = create_app(title="Pamphlets", deps=None, routers=[router], hot=HOT, refusals={"printPamphlet": [Unlucky]})
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
    app = create_app(title="Pamphlets", deps=None, routers=[router], hot=HOT)

    assert app.openapi()["paths"]["/v1/pamphlets/{slug}"]["get"]["operationId"] == "readPamphlet"


async def test_what_is_created_hot_is_created_once_for_its_key(client: httpx2.AsyncClient) -> None:
    key = {"Idempotency-Key": "spring-edition"}

    first = await client.post("/v1/pamphlets", json={"copies": 500}, headers=key)
    again = await client.post("/v1/pamphlets", json={"copies": 500}, headers=key)
    other = await client.post("/v1/pamphlets", json={"copies": 501}, headers=key)

    assert (first.status_code, first.json()["by"]) == (201, "the hot route")
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "large-edition"}])
async def test_what_the_hot_route_leaves_alone_reaches_the_documented_one_whole(
    client: httpx2.AsyncClient, key: dict[str, str]
) -> None:
    large = await client.post("/v1/pamphlets", json={"copies": 5_000}, headers=key)
    wrong = await client.post("/v1/pamphlets", json={"copies": 0}, headers={"X-Request-Id": "request-0001"})

    assert (large.status_code, large.json()["by"]) == (201, "the documented route")
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["pointer"] == "#/copies"
    assert large.headers.get_list("x-content-type-options") == ["nosniff"]
    assert wrong.headers.get_list("x-request-id") == ["request-0001"]


async def test_a_key_is_free_again_after_a_refusal(client: httpx2.AsyncClient) -> None:
    key = {"Idempotency-Key": "thirteen"}

    refused = await client.post("/v1/pamphlets", json={"copies": 13}, headers=key)
    other = await client.post("/v1/pamphlets", json={"copies": 12}, headers=key)

    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    assert other.status_code == 201


@pytest.mark.parametrize(
    ("content", "media", "status"),
    [(b"{", "application/json", 400), (b"{}", "text/plain", 415), (b"[" + b" " * 70_000, "application/json", 413)],
)
async def test_the_gate_stands_before_a_hot_route_too(
    client: httpx2.AsyncClient, content: bytes, media: str, status: int
) -> None:
    answer = await client.post("/v1/pamphlets", content=content, headers={"content-type": media})

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
