"""One pool of connections serves everybody, and mixes nobody up."""

from __future__ import annotations

from tests.web.conftest import Site

FIRST, SECOND = "/articles/water-meters-in-chennai", "/articles/bus-lanes-that-people-asked-for"


async def test_a_reader_without_a_cookie_is_a_new_reader(site: Site) -> None:
    async with site.api() as amina, site.api() as chidi:
        for path in (FIRST, SECOND):
            await amina.get(path)

        page = await chidi.get(FIRST)

    assert "1 of 3 articles viewed" in page.text
    assert amina.cookies["plenary_reader"] != chidi.cookies["plenary_reader"]


async def test_who_is_logged_in_is_so_for_themselves_alone(site: Site) -> None:
    address, password = site.person("Official in Wellington")
    async with site.api() as aroha, site.api() as stranger:
        tokens = (await aroha.post("/v1/sessions", json={"email": address, "password": password})).json()
        aroha.cookies.set("plenary_access", tokens["access_token"])

        hers = await aroha.get("/account")
        theirs = await stranger.get("/account")

    assert address in hers.text
    assert theirs.status_code == 303
    assert theirs.headers["location"] == "/log-in?to=/account"


async def test_asking_for_the_headers_alone_is_no_reading(site: Site) -> None:
    async with site.api() as reader:
        await reader.head(FIRST)
        await reader.get(FIRST, headers={"sec-purpose": "prefetch"})

        page = await reader.get(SECOND)

    assert "1 of 3 articles viewed" in page.text


async def test_a_page_that_did_not_change_is_not_sent_again(site: Site) -> None:
    async with site.api() as reader:
        first = await reader.get("/topics")

        again = await reader.get("/topics", headers={"If-None-Match": first.headers["etag"]})

    assert again.status_code == 304
    assert not again.content
