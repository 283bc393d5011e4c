"""Behind the wall stays behind the wall, however a request is spelled: one article, one count, one door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2

from tests.journeys.conftest import SECRET, SLUGS, Site, read

WALLED = SLUGS[3]

SPELLINGS = (
    "/v1/articles/{slug}",
    "/v1/articles/{upper}",
    "/v1/articles/{slug}/",
    "/v1/articles/{slug}//",
    "/v1/articles//{slug}",
    "//v1//articles//{slug}",
    "/v1/articles/./{slug}",
    "/v1/articles/{slug}/.",
    "/v1/articles/x/../{slug}",
    "/v1/articles/%2e%2e/articles/{slug}",
    "/v1/topics/%2e%2e/articles/{slug}",
    "/v1/articles/%2e%2e%2farticles%2f{slug}",
    "/v1/articles/%252e%252e/articles/{slug}",
    "/v1/articles%2f{slug}",
    "/v1/articles/%2f{slug}",
    "/v1/articles/{slug}%2f",
    "/v1/articles/{slug}%5c",
    "/v1/articles/{slug}\\",
    "/v1/articles/{slug}%00",
    "/v1/articles/{slug}%0a",
    "/v1/articles/{slug}%20",
    "/v1/articles/{slug}%e2%80%8b",
    "/v1/articles/{slug}%c0%af",
    "/v1/articles/{slug};v=1",
    "/v1/articles/{slug}.",
    "/v1/articles/{slug}?access=exempt",
    "/v1/articles/{slug}#top",
    "/v1/articles/{encoded}",
    "/v1/%61rticles/{slug}",
    "/V1/articles/{slug}",
    "/v1/articles/{id}",
    "/v1/articles/{id}/preview",
    "/v1/articles/{id}/working",
    "/v1/articles/{slug}/related",
    "/v1/articles?q=secret",
    "/v1/search?q=sentence+behind+the+wall",
    "http://elsewhere.example/v1/articles/{slug}",
    "/internal/meter-check/v1/articles/{slug}",
    "/v1/../internal/meter-check/v1/articles/{slug}",
)

HEADERS = (
    {"range": "bytes=0-999999"},
    {"range": "bytes=100-", "if-range": "*"},
    {"if-none-match": "*"},
    {"if-none-match": '"1"'},
    {"if-modified-since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    {"sec-purpose": "prefetch"},
    {"purpose": "prefetch"},
    {"accept": "text/html"},
    {"x-http-method-override": "HEAD"},
    {"x-method-override": "HEAD"},
    {"x-original-url": "/v1/topics"},
    {"x-forwarded-for": "203.0.113.7"},
    {"x-plenary-access": "e30.e30.AA"},
    {"x-plenary-gateway-key": "a guess"},
    {"x_plenary_access": "e30.e30.AA"},
    {"x-envoy-auth-failure-mode-allowed": "true"},
    {"x-envoy-upstream-rq-timeout-ms": "1"},
    {"connection": "x-plenary-access"},
    {"user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"},
)


@asynccontextmanager
async def walled_reader(site: Site) -> AsyncIterator[httpx2.AsyncClient]:
    """A reader who has used up their three articles."""
    async with site.browser() as browser:
        for slug in SLUGS[:3]:
            await read(browser, slug)
        assert (await read(browser, WALLED))["access"]["state"] == "walled"
        yield browser


async def test_no_spelling_of_its_address_opens_an_article_behind_the_wall(site: Site) -> None:
    encoded = WALLED.replace("-", "%2D")
    words = {"slug": WALLED, "upper": WALLED.upper(), "encoded": encoded, "id": site.articles[WALLED]}

    async with walled_reader(site) as browser:
        for spelling in SPELLINGS:
            target = spelling.format(**words).encode()
            for method in ("GET", "HEAD", "POST"):
                answer = await browser.request(method, "/", extensions={"target": target})
                assert SECRET not in answer.text, (method, spelling)
                assert answer.status_code < 500, (method, spelling)


async def test_no_header_opens_an_article_behind_the_wall(site: Site) -> None:
    async with walled_reader(site) as browser:
        for headers in HEADERS:
            answer = await browser.get(f"/v1/articles/{WALLED}", headers=headers)
            assert SECRET not in answer.text, headers
            assert answer.status_code in {200, 304}, headers

        assert (await read(browser, SLUGS[0]))["access"]["used"] == 3


async def test_a_crowd_of_spellings_at_once_gets_no_more_than_the_allowance(site: Site) -> None:
    async with site.browser() as browser:
        await read(browser, SLUGS[0])
        spelled = [f"/v1/articles/{way}" for slug in SLUGS for way in (slug, slug.replace("-", "%2D"), f"./{slug}")]

        answers = await asyncio.gather(
            *(browser.request("GET", "/", extensions={"target": target.encode()}) for target in spelled * 6)
        )

    opened = {answer.json()["id"] for answer in answers if answer.json()["access"]["state"] == "metered"}
    assert {answer.status_code for answer in answers} == {200}
    assert len(opened) == 3
