"""Whatever is thrown at a door, it answers as it promised: never a crash, never a page that is no problem document."""

from __future__ import annotations

import json
from typing import Any

import httpx2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import examples

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
BODIES = st.fixed_dictionaries(
    {}, optional={"title": VALUES, "text": VALUES, "pages": VALUES, "authors": VALUES, "$where": VALUES}
)
HEADERS = st.dictionaries(
    st.sampled_from(["Accept", "Authorization", "Idempotency-Key", "If-Match", "traceparent", "X-Request-Id"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30),
    max_size=3,
)
often = settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def assert_as_promised(answer: httpx2.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
    assert answer.headers["x-request-id"]


@often
@given(body=BODIES)
async def test_any_body_is_taken_or_refused(door: httpx2.AsyncClient, body: dict[str, Any]) -> None:
    assert_as_promised(await door.post("/v1/pamphlets", content=as_python_writes_it(body), headers=AS_JSON))


@often
@given(body=st.binary(max_size=200))
async def test_any_bytes_are_taken_or_refused(door: httpx2.AsyncClient, body: bytes) -> None:
    assert_as_promised(await door.post("/v1/pamphlets", content=body, headers=AS_JSON))


@often
@given(headers=HEADERS)
async def test_any_headers_are_taken_or_refused(door: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]

    assert_as_promised(await door.post("/v1/pamphlets", json={"title": "On openness"}, headers=raw))
    assert_as_promised(await door.put("/v1/pamphlets/openness", json={"title": "On openness"}, headers=raw))


@often
@given(query=st.dictionaries(st.sampled_from(["limit", "cursor", "by", "other"]), st.text(max_size=30)))
async def test_any_query_is_taken_or_refused(door: httpx2.AsyncClient, query: dict[str, str]) -> None:
    query = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}

    assert_as_promised(await door.get("/v1/pamphlets", params=query))


AS_JSON = {"Content-Type": "application/json"}


def as_python_writes_it(body: Any) -> str:
    """JSON as the standard library writes it: with NaN, infinities and lone surrogates, which JSON does not have."""
    return json.dumps(body)
