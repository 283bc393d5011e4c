"""What a page says when the API refuses: a page that all can use, or a message in the page that is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from playwright.async_api import Route

from shared.http.health import Probes
from tests.doors import client_of
from tests.web.axe import examine
from tests.web.conftest import OPENNESS, Visitor
from web.api import Answer, As, Problem, Unavailable
from web.app import create_app
from web.live import Streams
from web.settings import WebSettings


@dataclass
class Refusing:
    """Stands in for a gateway that answers everything alike."""

    refusal: Callable[[], Exception]

    async def ask(self, _who: As, _method: str, _path: str, **_asked: Any) -> Answer:
        """Refuse."""
        raise self.refusal()


def refused(status: int) -> Refusing:
    return Refusing(lambda: Problem(status, {"type": "/problems/refused"}, {"retry-after": "30"}))


async def asked(gateway: Refusing, path: str, **headers: str) -> httpx2.Response:
    settings = WebSettings(gateway_key="a gateway key that only tests know")
    app = create_app(settings, gateway, Probes(started=True), Streams())  # type: ignore[arg-type]
    async with client_of(app) as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize(
    ("gateway", "status", "says"),
    [
        (refused(410), 410, "This article was taken off the site"),
        (refused(413), 413, "That is too much at once"),
        (refused(429), 429, "Try again in 30 seconds."),
        (refused(418), 500, "Sorry, something went wrong on our side"),
        (Refusing(lambda: RuntimeError("a mistake of our own")), 500, "Sorry, something went wrong on our side"),
    ],
    ids=["gone", "too-large", "too-many", "not-expected", "our-mistake"],
)
async def test_axe_finds_nothing_on_a_page_that_refuses(
    visitor: Visitor, gateway: Refusing, status: int, says: str
) -> None:
    answer = await asked(gateway, OPENNESS)

    async def answered_so(route: Route) -> None:
        await route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.text)

    await visitor.page.route(f"**{OPENNESS}", answered_so)
    page = await visitor.open(OPENNESS)

    assert answer.status_code == status
    assert says in await page.get_by_role("main").inner_text()
    assert await examine(page) == []
    assert [said for said in visitor.complaints if f"status of {status}" not in said] == []


@pytest.mark.parametrize(
    ("refusal", "says"),
    [
        (Unavailable, "This part of the site is not available at the moment"),
        (refused(429).refusal, "Try again in 30 seconds."),
        (RuntimeError, "Sorry, something went wrong on our side"),
    ],
    ids=["away", "too-many", "our-mistake"],
)
async def test_where_a_part_was_asked_for_the_page_stays_and_a_message_is_put_into_it(
    refusal: Callable[[], Exception], says: str
) -> None:
    answer = await asked(Refusing(refusal), f"{OPENNESS}/comments", **{"HX-Request-Type": "partial"})

    assert says in answer.text
    assert 'role="alert"' in answer.text
    assert "<html" not in answer.text
    assert answer.headers["hx-retarget"] == "#trouble"
