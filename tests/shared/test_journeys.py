"""What a process remembers of journeys, and whom it tells."""

from __future__ import annotations

import time

import httpx2
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from shared import journeys, trace
from shared.journeys import KEY_HEADER, MOST_STEPS, PATH, Journeys, Step
from tests.doors import client_of

TRACE = "0af7651916cd43dd8448eb211c80319c"


def step(name: str = "GET /v1/topics", at: float | None = None) -> Step:
    return Step(at=time.time() if at is None else at, kind="request", name=name)


def remembering(most: int = 2) -> Journeys:
    remembered = Journeys()
    remembered.begin("library", "api", most)
    return remembered


def test_the_journey_that_was_seen_longest_ago_makes_room() -> None:
    remembered = remembering()
    remembered.note("a", step())
    remembered.note("b", step())
    assert remembered.steps("a")

    remembered.note("c", step())

    assert (len(remembered.steps("a")), remembered.steps("b"), len(remembered.steps("c"))) == (1, [], 1)


def test_a_journey_is_remembered_within_bounds() -> None:
    remembered = remembering()

    for _ in range(MOST_STEPS + 10):
        remembered.note("a", step())

    assert len(remembered.steps("a")) == MOST_STEPS


def test_what_was_long_ago_is_not_told() -> None:
    remembered = remembering()
    remembered.note("a", step(at=time.time() - 1_000))

    assert remembered.steps("a") == []


def test_who_is_to_remember_nothing_remembers_nothing() -> None:
    remembered = remembering(0)

    remembered.note("a", step())

    assert remembered.steps("a") == []


@pytest.fixture
async def process(monkeypatch: pytest.MonkeyPatch) -> Journeys:
    remembered = remembering()
    monkeypatch.setattr(journeys, "JOURNEYS", remembered)
    return remembered


async def asked(key: str | None) -> httpx2.Response:
    app = Starlette(routes=journeys.routes(SecretStr("the key")))
    async with client_of(app) as client:
        return await client.get(f"{PATH}/{TRACE}", headers={} if key is None else {KEY_HEADER: key})


async def test_whoever_knows_the_gateways_key_is_told(process: Journeys) -> None:
    with trace.entered(trace.follow(f"00-{TRACE}-b7ad6b7169203331-01")):
        journeys.requested("POST", "/v1/comments", 201, 0.02)

    told = (await asked("the key")).json()

    (only,) = told["steps"]
    assert (told["service"], told["role"]) == ("library", "api")
    assert (only["name"], only["status"], only["parent"]) == ("POST /v1/comments", 201, "b7ad6b7169203331")


@pytest.mark.parametrize("key", [None, "", "a guess"])
async def test_nobody_else_is_told_anything(process: Journeys, key: str | None) -> None:
    process.note(TRACE, step())

    answer = await asked(key)

    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize(
    ("request_id", "journey"),
    [("0af76519-16cd-43dd-8448-eb211c80319c", TRACE), ("not-a-uuid", None), ("0" * 32, None), (None, None)],
)
def test_a_journey_is_called_by_the_request_where_the_client_names_none(
    request_id: str | None, journey: str | None
) -> None:
    named = trace.follow(None, request_id).trace_id

    assert (named == journey) is (journey is not None)
    assert len(named) == 32


def test_a_journey_that_the_client_names_goes_before_the_requests_name() -> None:
    followed = trace.follow(f"00-{TRACE}-b7ad6b7169203331-01", "11111111-16cd-43dd-8448-eb211c80319c")

    assert (followed.trace_id, followed.parent_id) == (TRACE, "b7ad6b7169203331")
