"""An article's page is rendered once for all who are shown the same, and says nothing of any of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import orjson
import pytest

from shared.http.health import Probes
from tests.doors import client_of
from web.api import Answer, As
from web.app import create_app
from web.kept import STAND_IN, KeptPages
from web.live import Streams
from web.settings import WebSettings

ARTICLE: dict[str, Any] = {
    "id": "openness",
    "slug": "openness",
    "kind": "article",
    "title": "What openness means",
    "lead": "Fifty public servants answered.",
    "byline": {"name": "Esther Wanjiru"},
    "topics": [],
    "regions": [],
    "language": "en",
    "exempt": False,
    "published_at": "2026-03-01T12:00:00Z",
    "updated_at": "2026-03-01T12:00:00Z",
    "reading": {"minutes": 1, "words": 200, "characters": 0},
    "headings": [],
    "json_ld": {},
    "teaser": False,
    "body": {"html": "<p>Trust.</p>", "embeds": []},
    "comments": 0,
}


class Gatehouse:
    """Stands in for the gateway: knows one article, meters by the reader's cookie, and counts what it is asked."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.title = str(ARTICLE["title"])

    async def ask(self, who: As, method: str, path: str, **_asked: Any) -> Answer:
        """Answer as the API would."""
        self.asked[f"{method} {path}"] += 1
        return Answer(200, {}, orjson.dumps(self._answer(path, int(who.reader or 0))))

    def _answer(self, path: str, used: int) -> Any:
        if path == "/v1/articles/openness":
            return {**ARTICLE, "title": self.title, "access": access(used)}
        if path == "/v1/comments":
            return {"items": [], "next": None, "closed": False}
        if path == "/v1/suggestions/managers":
            return []
        return {"items": [], "next": None}


def access(used: int) -> Mapping[str, Any]:
    return {
        "state": "metered",
        "used": used,
        "limit": 3,
        "remaining": 3 - used,
        "resets_at": None,
        "reason": None,
        "actions": [],
    }


@pytest.fixture
def gatehouse() -> Gatehouse:
    return Gatehouse()


@pytest.fixture
async def site(gatehouse: Gatehouse) -> AsyncIterator[httpx2.AsyncClient]:
    settings = WebSettings(gateway_key="a gateway key that only tests know", beside_seconds=60)
    app = create_app(settings, gatehouse, Probes(started=True), Streams())  # type: ignore[arg-type]
    async with client_of(app) as client:
        yield client


async def read(site: httpx2.AsyncClient, *, used: int = 1, **cookies: str) -> str:
    """The page for a reader who has used so many of three."""
    site.cookies.clear()
    cookie = "; ".join(f"{name}={value}" for name, value in {"plenary_reader": str(used), **cookies}.items())
    answer = await site.get("/articles/openness", headers={"cookie": cookie})
    assert answer.status_code == 200, answer.text
    return answer.text


def form_keys(page: str) -> set[str]:
    return set(re.findall(r'name="form_key" value="([^"]+)"', page))


async def test_the_meter_is_asked_for_each_reader_and_everything_beside_once(
    site: httpx2.AsyncClient, gatehouse: Gatehouse
) -> None:
    for _ in range(5):
        await read(site)

    assert gatehouse.asked.pop("GET /v1/articles/openness") == 5
    assert set(gatehouse.asked.values()) == {1}, gatehouse.asked


async def test_readers_who_stand_differently_with_the_meter_get_different_pages(site: httpx2.AsyncClient) -> None:
    first, second = await read(site, used=1, plenary_form="amina"), await read(site, used=2, plenary_form="amina")

    assert first != second
    assert await read(site, used=1, plenary_form="amina") == first


async def test_each_browser_gets_its_own_form_key(site: httpx2.AsyncClient) -> None:
    amina = await read(site, plenary_form="amina")
    wiremu = await read(site, plenary_form="wiremu")

    assert len(form_keys(amina)) == len(form_keys(wiremu)) == 1
    assert form_keys(amina) != form_keys(wiremu)
    assert STAND_IN not in amina + wiremu
    assert await read(site, plenary_form="amina") == amina


async def test_an_article_that_has_changed_is_rendered_anew(site: httpx2.AsyncClient, gatehouse: Gatehouse) -> None:
    await read(site)
    gatehouse.title = "What openness costs"

    assert "What openness costs" in await read(site)


async def test_a_theme_and_a_language_are_pages_of_their_own(site: httpx2.AsyncClient) -> None:
    pages = {await read(site), await read(site, plenary_theme="dark"), await read(site, plenary_language="fr")}

    assert len(pages) == 3


def test_pages_make_room_for_others() -> None:
    kept, around = KeptPages(most_bytes=100), (object(),)
    for number in range(10):
        kept.keep((number,), around, b"x" * 30)

    assert [number for number in range(10) if kept.find((number,), around)] == [7, 8, 9]


def test_a_page_is_gone_with_the_answers_it_was_made_from() -> None:
    kept, around = KeptPages(), (object(), object())
    kept.keep(("openness",), around, b"page")

    assert kept.find(("openness",), around) == b"page"
    assert kept.find(("openness",), (around[0], object())) is None
