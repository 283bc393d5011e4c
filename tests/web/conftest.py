"""The site as people meet it: Chromium before the whole platform, with the demo's articles and people in it."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page

from ops import chromium as chromiums
from ops.embedded import demo_data
from ops.embedded.platform import Platform
from ops.testing import free_base
from shared.ids import new_id
from tests.support import eventually

OPENNESS = "/articles/what-openness-means-to-public-servants"


@dataclass
class Site:
    """The running platform, and the people of the demo."""

    platform: Platform
    read: set[str] = field(default_factory=set)
    """The mails whose codes were used."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.platform.ports['gateway']}"

    @property
    def mailbox(self) -> str:
        return f"http://127.0.0.1:{self.platform.ports['mailbox']}"

    def person(self, who: str) -> tuple[str, str]:
        """Address and password of the one whose description begins so: ``Editor``, ``Official in Wellington``."""
        report = demo_data.report(self.platform.state) or {}
        return next((mail, password) for name, mail, password in report["log_ins"] if name.startswith(who))

    async def code_for(self, address: str) -> str:
        """The six digits in the newest mail to this address that nobody has read yet."""

        async def arrived() -> str:
            mails = await self._mails_to(address)
            if not mails or mails[0]["id"] in self.read:
                return ""
            found = re.search(r"\b(\d{6})\b", str(mails[0].get("text")))
            self.read |= {mails[0]["id"]} if found else set()
            return found[1] if found else ""

        return await eventually(arrived, within=30, every=0.1)

    async def mail_to(self, address: str, subject: str) -> dict[str, Any]:
        """The mail to this address whose subject has these words, once it is there."""

        async def arrived() -> dict[str, Any] | None:
            return next((mail for mail in await self._mails_to(address) if subject in mail["subject"]), None)

        return await eventually(arrived, within=30, every=0.1) or {}

    async def _mails_to(self, address: str) -> list[dict[str, Any]]:
        async with httpx2.AsyncClient(base_url=self.mailbox) as client:
            mails = (await client.get("/messages", params={"to": address})).json()["items"]
            return [(await client.get(f"/messages/{mail['id']}")).json() for mail in mails]

    async def member(self, name: str) -> tuple[str, dict[str, str]]:
        """Somebody new, who joined without a browser: their address, and the headers of their requests."""
        address = unused_address()
        async with self.api() as client:
            asked = (await client.post("/v1/signups", json={"email": address, "zone": "Pacific/Auckland"})).json()
            code = {"code": await self.code_for(address)}
            ticket = (await client.post(f"/v1/proofs/{asked['proof_id']}", json=code)).json()["ticket"]
            about = {"ticket": ticket, "name": name, "country": "NZ", "zone": "Pacific/Auckland"}
            joined = await client.post("/v1/members", json=about)
        assert joined.status_code == 201, joined.text
        return address, {"Authorization": f"Bearer {joined.json()['access_token']}"}

    def api(self) -> httpx2.AsyncClient:
        """The API, as its other clients see it."""
        return httpx2.AsyncClient(base_url=self.url, timeout=20)


@pytest_asyncio.fixture(scope="package")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder: Path = tmp_path_factory.mktemp("site")
    async with Platform(folder, free_base(), demo=True) as platform:
        site = Site(platform)

        async def counted() -> bool:
            """Whether metering has heard of the demo's articles, so that the wall stands."""
            async with site.api() as client:
                articles = (await client.get("/v1/articles", params={"limit": 100})).json()["items"]
                states = [
                    (await client.get(f"/v1/articles/{one['slug']}")).json()["access"]["state"] for one in articles
                ]
            return "unknown-article" not in states

        await eventually(counted, within=60, every=0.5)
        yield site


@pytest_asyncio.fixture(scope="package")
async def chromium() -> AsyncIterator[Browser]:
    if chromiums.found() is None:
        missing = f"{chromiums.MISSING.cause}: {chromiums.MISSING.fix}"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    async with chromiums.launched() as browser:
        yield browser


@dataclass
class Visitor:
    """Somebody with a browser of their own."""

    site: Site
    context: BrowserContext
    page: Page
    complaints: list[str]
    """What the browser complained about: errors of scripts, and what the policy forbade."""

    async def open(self, path: str) -> Page:
        """Go to a page of the site."""
        await self.page.goto(self.site.url + path)
        return self.page

    async def log_in(self, who: str, to: str = "/") -> Page:
        """Log in as somebody of the demo, by password."""
        address, password = self.site.person(who)
        await self.open(f"/log-in?to={to}")
        await self.page.get_by_label("E-mail address").fill(address)
        if not await self.page.get_by_label("Password").is_visible():
            await self.page.get_by_text("Log in with a password").click()
        await self.page.get_by_label("Password").fill(password)
        await self.page.get_by_role("button", name="Log in with the password").click()
        await self.page.wait_for_url(lambda url: "/log-in" not in url)
        return self.page

    async def join(self, address: str, name: str) -> None:
        """From the page that asks for an address to the end, with the code of the mail."""
        page = self.page
        await page.get_by_label("Your work e-mail address").fill(address)
        await page.get_by_role("button", name="Send me a code").click()
        await page.get_by_label("Code").fill(await self.site.code_for(address))
        await page.get_by_role("button", name="Go on").click()
        await page.get_by_label("Your name").fill(name)
        await page.get_by_label("Country").select_option("NZ")
        await page.get_by_role("button", name="Join", exact=True).click()
        await page.get_by_role("button", name="Go on").click()


def visitor_of(site: Site, context: BrowserContext, page: Page) -> Visitor:
    """A visitor who notes what their browser complains about."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return Visitor(site, context, page, complaints)


async def _visitor(site: Site, chromium: Browser, **options: Any) -> AsyncIterator[Visitor]:
    context = await chromium.new_context(locale="en-GB", timezone_id="Europe/London", **options)
    context.set_default_timeout(15_000)
    yield visitor_of(site, context, await context.new_page())
    await context.close()


@pytest_asyncio.fixture
async def visitor(site: Site, chromium: Browser) -> AsyncIterator[Visitor]:
    async for one in _visitor(site, chromium):
        yield one


@pytest_asyncio.fixture
async def colleague(site: Site, chromium: Browser) -> AsyncIterator[Visitor]:
    """Somebody else, at the same time."""
    async for one in _visitor(site, chromium):
        yield one


@pytest_asyncio.fixture(params=[True, False], ids=["with-scripts", "without-scripts"])
async def reader(site: Site, chromium: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Visitor]:
    """A reader, once with JavaScript and once without."""
    async for one in _visitor(site, chromium, java_script_enabled=request.param):
        yield one


def unused_address(domain: str = "health.govt.nz") -> str:
    """An address that nobody has used yet."""
    return f"aroha.{new_id()[-12:]}@{domain}"
