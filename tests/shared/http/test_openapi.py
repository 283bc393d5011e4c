from __future__ import annotations

from typing import Any

from tests.shared.http.library import library


def document() -> dict[str, Any]:
    made: dict[str, Any] = library.api(None).openapi()
    return made


def test_the_document_is_made_without_any_server() -> None:
    assert document()["openapi"].startswith("3.1")


def test_refusals_are_described_as_problems() -> None:
    operation = document()["paths"]["/v1/pamphlets"]["post"]

    assert "422" not in operation["responses"]
    assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in document()["components"]["schemas"]


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
