"""Every route that any service documents, against everybody: no 2xx that the table does not explain.

The routes come from the OpenAPI documents, so that a new one cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from shared.http.hot import HotApi
from tests.access.calls import CALLS, suggestion
from tests.access.expectations import EXPECTED, Row
from tests.access.town import ACTORS, Call, Town

NOT_DOCUMENTED = {
    "/openapi.json",
    "/health/live",
    "/health/started",
    "/health/ready",
    "/metrics",
    "/.well-known/grants.json",
    "/internal/meter-check/v1/articles/{slug}",
    "/internal/journeys/{trace_id}",
}
"""For the orchestrator, Prometheus, the other services and the gateway: the gateway leads to none of them."""


def paths_of(routes: Iterable[Any]) -> Iterator[str]:
    """Every path, those of included routers among them."""
    for route in routes:
        included = getattr(route, "original_router", None)
        yield from [route.path] if included is None else paths_of(included.routes)


@pytest.mark.parametrize("operation", EXPECTED)
async def test_each_gets_what_the_table_says(town: Town, operation: str) -> None:
    statuses = []
    for actor in ACTORS:
        answer = await town.ask(operation, actor, await CALLS[operation](town, actor))
        statuses.append(answer.status_code)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"

    assert Row(*statuses) == EXPECTED[operation]


async def test_every_documented_route_has_a_line_in_the_table(town: Town) -> None:
    assert sorted(town.operations) == sorted(EXPECTED), "see tests/access/expectations.py"


async def test_no_route_hides_from_the_documents(town: Town) -> None:
    documented = {path for _, _, path in town.operations.values()}
    there = {path for house in town.houses.values() for path in paths_of(house.app.routes)}
    apps = [house.app for house in town.houses.values() if isinstance(house.app, HotApi)]
    there |= {route.path_format for app in apps for route in app.hot}

    assert there - documented == NOT_DOCUMENTED


@pytest.mark.parametrize("state", ["draft", "review", "scheduled", "archived"])
async def test_the_desk_is_for_editors(town: Town, state: str) -> None:
    statuses = [(await town.ask("listArticles", a, Call(query={"state": state}))).status_code for a in ACTORS]

    assert Row(*statuses) == Row(401, 403, 403, 403, 200, 403, 403, 200)


async def test_what_staff_alone_may_see_is_in_no_answer_to_others(town: Town) -> None:
    """A webinar's link is for editors and those who hold a place; who suggested something is for its manager."""
    body = {"title": "Open government", "time": {"wall_time": "2031-07-31T13:30", "zone": "Asia/Singapore"}}
    webinar = await town.done(
        "announceWebinar", "editor", Call(json=body | {"join_url": "https://meet.example/secret"})
    )
    suggested = await suggestion(town)

    links = {a: (await town.done("readWebinar", a, Call({"name": webinar["slug"]})))["join_url"] for a in ACTORS}
    names = {a: str(await town.done("getSuggestion", a, Call({"id": suggested["id"]}))) for a in ACTORS}

    assert {actor for actor, link in links.items() if link} == {"editor", "admin"}
    assert {actor for actor, shown in names.items() if town.ids["owner"] in shown} == {"manager", "admin"}
