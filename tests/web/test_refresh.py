"""A session goes on without anybody noticing, however many pages are asked for at once."""

from __future__ import annotations

import asyncio

from tests.web.conftest import Site


async def test_pages_asked_for_at_once_share_one_refresh(site: Site) -> None:
    address, password = site.person("Official in Nairobi")
    async with site.api() as amina:
        tokens = (await amina.post("/v1/sessions", json={"email": address, "password": password})).json()
        amina.cookies.set("plenary_refresh", tokens["refresh_token"])

        pages = await asyncio.gather(*(amina.get("/account") for _ in range(8)))

        assert {page.status_code for page in pages} == {200}
        assert all(address in page.text for page in pages)
        access = amina.cookies["plenary_access"]
        answer = await amina.get("/v1/me", headers={"Authorization": f"Bearer {access}"})
    assert answer.json()["email"] == address


async def test_a_session_that_was_ended_elsewhere_ends_here_too(site: Site) -> None:
    address, password = site.person("Official in Ottawa")
    async with site.api() as marc:
        tokens = (await marc.post("/v1/sessions", json={"email": address, "password": password})).json()
        marc.cookies.set("plenary_refresh", tokens["refresh_token"])
        await marc.delete("/v1/sessions", headers={"Authorization": f"Bearer {tokens['access_token']}"})

        page = await marc.get("/account")

    assert page.status_code == 303
    assert "plenary_refresh=; Path=/; Max-Age=0" in ", ".join(page.headers.get_list("set-cookie"))
