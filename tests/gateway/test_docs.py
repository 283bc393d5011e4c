"""One document tells front-end developers everything there is, and reading it tells nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gateway import openapi
from gateway.docs import FILES
from gateway.settings import ASSETS
from gateway.table import SERVICES, TABLE
from tests.gateway.running import Gateway

DOCUMENT: dict[str, Any] = json.loads(openapi.FILE.read_text())
SHIPPED = (Path(__file__).parent / "operations.txt").read_text().splitlines()


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for key, value in part.items() if key == "$ref")
        yield from (name for value in part.values() for name in references(value))
    elif isinstance(part, list):
        yield from (name for value in part for name in references(value))


async def test_the_gateway_serves_the_document_of_all_services(gateway: Gateway) -> None:
    answer = await gateway.get("/openapi.json")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == DOCUMENT
    assert answer.json()["openapi"] == "3.1.0"
    served = {openapi.service_of(path) for path in answer.json()["paths"]}
    assert served == set(SERVICES)
    assert not any(service.seen for service in gateway.services.values())


async def test_the_page_is_complete_without_anybody_else(gateway: Gateway) -> None:
    page = await gateway.get("/docs")

    needed = re.findall(r'(?:src|href)="(/[^"]*)"', page.text)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert set(needed) == set(FILES) - {"/docs"}
    for path in needed:
        part = await gateway.get(path)
        assert (part.status_code, part.headers["Content-Type"]) == (200, FILES[path].media_type), path
        assert part.content == (ASSETS / FILES[path].name).read_bytes()
    assert "//" not in page.text.replace("<!doctype", "")


async def test_the_page_may_run_its_own_scripts_and_no_others(gateway: Gateway) -> None:
    policy = (await gateway.get("/docs")).headers["Content-Security-Policy"]

    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["connect-src"] == "'self'"
    assert (await gateway.get("/openapi.json")).headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_the_page_is_only_read(gateway: Gateway) -> None:
    refused = await gateway.ask("POST", "/docs", json={})

    assert refused.status_code == 404
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    for name in set(references(DOCUMENT)):
        part: Any = DOCUMENT
        for step in name.removeprefix("#/").split("/"):
            part = part[step.replace("~1", "/").replace("~0", "~")]

    for name, schema in DOCUMENT["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert re.fullmatch(r"[A-Za-z0-9._-]+", name), name


def test_operations_have_names_of_their_own_that_stay() -> None:
    """Generated clients call them by these names. One that was shipped stays; a new one is added to the list."""
    present = [f"{name} {method} {path}" for name, method, path in openapi.operations(DOCUMENT)]

    assert len({line.split()[0] for line in present}) == len(present)
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9]+", line.split()[0]) for line in present)
    assert not set(SHIPPED) - set(present), "clients out there call these"
    assert not set(present) - set(SHIPPED), "add these to tests/gateway/operations.txt"


def test_every_prefix_that_the_gateway_leads_on_is_described() -> None:
    described = {
        entry.prefix for entry in TABLE for path in DOCUMENT["paths"] if (path + "/").startswith(entry.prefix + "/")
    }
    assert {entry.prefix for entry in TABLE} == described


@pytest.mark.parametrize(
    ("paths", "complaint"),
    [
        ({"/v1/meter": {"get": {"operationId": "readMeter", "tags": ["meter"]}}}, "content serves /v1/meter, which"),
        ({"/v2/articles": {"get": {"operationId": "listAll", "tags": ["articles"]}}}, "leads to nobody"),
        ({"/v1/topics": {"get": {"operationId": "getMe", "tags": ["topics"]}}}, "both called getMe"),
        ({"/v1/topics": {"get": {"operationId": "listTopics", "tags": ["me"]}}}, "use the tag me"),
    ],
)
def test_what_does_not_fit_together_is_named(paths: dict[str, Any], complaint: str) -> None:
    accounts = {"paths": {"/v1/me": {"get": {"operationId": "getMe", "tags": ["me"]}}}}

    with pytest.raises(ValueError, match=complaint):
        openapi.merge({"accounts": accounts, "content": {"paths": paths}})


def test_two_services_cannot_mean_different_things_by_one_schema() -> None:
    one = {"paths": {}, "components": {"schemas": {"Member": {"type": "object"}}}}
    other = {"paths": {}, "components": {"schemas": {"Member": {"type": "string"}}}}

    with pytest.raises(ValueError, match="Member"):
        openapi.merge({"accounts": one, "community": other})
