from __future__ import annotations

from typing import Any

from tests.shared.http.library import library


def document() -> dict[str, Any]:
    made: dict[str, Any] = library.api(None).openapi()
    return made


def test_the_document_is_made_without_any_server() -> None:
    assert document()["openapi"].startswith("3.1")


def test_refusals_are_described_as_problems() -> None:
    answers = document()["paths"]["/v1/pamphlets"]["post"]["responses"]

    assert list(answers["422"]["content"]) == ["application/problem+json"]
    assert list(document()["components"]["responses"]["Refusal"]["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in document()["components"]["schemas"]


def test_an_operation_names_what_it_refuses_by_what_it_takes() -> None:
    paths = document()["paths"]

    def refused(path: str, method: str) -> dict[str, list[str]]:
        answers = paths[path][method]["responses"]
        return {status: told["x-problems"] for status, told in answers.items() if "x-problems" in told}

    assert refused("/v1/pamphlets/{id}", "get")["404"] == ["not-found", "pamphlet-not-found"]
    assert refused("/v1/pamphlets/{id}", "delete")["403"] == ["forbidden"]
    assert refused("/v1/pamphlets/{id}", "put")["412"] == ["stale-write"]
    assert refused("/v1/pamphlets/{id}", "put")["428"] == ["precondition-required"]
    assert refused("/v1/pamphlets", "post")["409"] == ["request-in-progress"]
    assert "cursor-invalid" in refused("/v1/pamphlets", "get")["400"]
    assert "403" not in refused("/v1/pamphlets", "get")


def test_what_the_gateway_answers_for_everybody_is_said_once() -> None:
    answers = document()["paths"]["/v1/pamphlets"]["get"]["responses"]

    assert answers["429"] == {"$ref": "#/components/responses/TooManyRequests"}
    assert answers["5XX"] == {"$ref": "#/components/responses/Unavailable"}
    assert answers["default"] == {"$ref": "#/components/responses/Refusal"}


def test_operations_have_stable_names() -> None:
    names = {operation["operationId"] for path in document()["paths"].values() for operation in path.values()}

    assert {"postPamphlet", "listPamphlets", "getPamphlet"} <= names


def test_what_a_client_may_send_is_described() -> None:
    post = document()["paths"]["/v1/pamphlets"]["post"]
    listing = document()["paths"]["/v1/pamphlets"]["get"]

    assert {parameter["name"] for parameter in post["parameters"]} == {"Idempotency-Key"}
    assert {parameter["name"] for parameter in listing["parameters"]} == {"limit", "cursor", "by"}
    assert post["security"] == [{"member": []}]


def test_probes_are_nobody_elses_business() -> None:
    assert not [path for path in document()["paths"] if not path.startswith("/v1/")]
