"""The whole platform, real and from the outside: what a reader, an official and a stranger with a browser see."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from ops import control
from ops.embedded.platform import Platform
from ops.embedded.services import ADMIN_EMAIL
from ops.progress import Quiet
from ops.settings import ROOT
from ops.supervisor import Recorder, Supervisor
from ops.testing import free_base
from shared.ids import new_id
from shared.mongo import Client, Database, connect
from tests.support import eventually

OPENNESS = """
Fifty public servants were asked what openness means to them.

## What they said

Most spoke of trust before they spoke of data.

## What it takes

Time, plain words, and a manager who does not mind being asked. {secret}
"""
SECRET = "The sentence behind the wall."


@dataclass
class Site:
    """The platform as its visitors know it: one address, and the mailbox that catches what it sends."""

    platform: Platform
    mongodb: Client
    """With the right to look into every service's database."""
    articles: dict[str, str] = field(default_factory=dict)
    """Ids by slug."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.platform.ports['gateway']}"

    def database(self, service: str) -> Database:
        """What a service keeps."""
        return self.mongodb[self.platform.topology.service(service).database]

    def browser(self, **options: Any) -> httpx2.AsyncClient:
        """A visitor with cookies of their own."""
        return httpx2.AsyncClient(base_url=self.url, timeout=20, **options)

    def mailbox(self) -> httpx2.AsyncClient:
        """Where all mail ends up."""
        return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{self.platform.ports['mailbox']}", timeout=20)

    async def mail_to(self, address: str, subject: str) -> dict[str, Any]:
        """The mail to this address whose subject has these words, once it is there."""
        return (await self.mails_to(address, subject))[0]

    async def mails_to(self, address: str, subject: str, *, count: int = 1, within: float = 30) -> list[dict[str, Any]]:
        """At least ``count`` of them."""

        async def arrived() -> list[dict[str, Any]]:
            async with self.mailbox() as client:
                listed = (await client.get("/messages", params={"to": address})).json()["items"]
                mine = [m for m in listed if address in m["to"] and subject.casefold() in m["subject"].casefold()]
                return [(await client.get(f"/messages/{m['id']}")).json() for m in mine] if len(mine) >= count else []

        return await eventually(arrived, within=within, every=0.1)

    async def admin(self) -> dict[str, str]:
        """The headers of the first administrator."""
        password = self.platform.state.secret("admin-password")
        async with self.browser() as browser:
            answer = await browser.post("/v1/sessions", json={"email": ADMIN_EMAIL, "password": password})
            assert answer.status_code == 201, answer.text
            return bearer(answer.json())

    async def publish(self, slug: str) -> None:
        """Have an article in the archive, and metering know of it."""
        draft = {
            "external_id": slug,
            "slug": slug,
            "title": slug.replace("-", " ").capitalize(),
            "lead": "What openness in government means to those who work there.",
            "body": OPENNESS.format(secret=SECRET),
            "byline": {"name": "Ingrid Ek"},
            "published_at": "2017-07-14T08:00:00Z",
        }
        async with self.browser(headers=await self.admin()) as browser:
            answer = await browser.post("/v1/imports/articles", json=draft)
            assert answer.status_code in {200, 201}, answer.text
            self.articles[slug] = answer.json()["id"]

    async def metered(self, *slugs: str) -> None:
        """Return once metering knows of these articles."""

        async def known() -> bool:
            async with self.browser() as browser:
                states = [(await read(browser, slug))["access"]["state"] for slug in slugs]
            return "unknown-article" not in states

        await eventually(known, within=30, every=0.3)

    async def announce(self, title: str, wall_time: str, zone: str, **about: Any) -> dict[str, Any]:
        """Announce a webinar by the time on the host's wall."""
        draft = {"title": title, "time": {"wall_time": wall_time, "zone": zone, "minutes": 60}, **about}
        async with self.browser(headers=await self.admin()) as browser:
            answer = await browser.post("/v1/webinars", json=draft)
            assert answer.status_code == 201, answer.text
            webinar: dict[str, Any] = answer.json()
            return webinar

    async def join(
        self, browser: httpx2.AsyncClient, email: str, name: str, zone: str = "Pacific/Auckland"
    ) -> dict[str, Any]:
        """Sign up, read the code in the mail, prove the address, say who one is; returns the tokens."""
        asked = await browser.post("/v1/signups", json={"email": email, "zone": zone})
        assert asked.status_code == 202, asked.text
        mail = await self.mail_to(email, "")
        code = re.search(r"\b(\d{6})\b", str(mail.get("text") or mail))
        assert code, mail
        proved = await browser.post(f"/v1/proofs/{asked.json()['proof_id']}", json={"code": code[1]})
        assert proved.json().get("outcome") == "profile-needed", proved.text
        about = {"ticket": proved.json()["ticket"], "name": name, "country": "NZ", "zone": zone}
        joined = await browser.post("/v1/members", json=about)
        assert joined.status_code == 201, joined.text
        tokens: dict[str, Any] = joined.json()
        return tokens

    async def command(self, *words: str) -> tuple[int | None, str]:
        """Run ``./plenary`` as an operator of this platform; returns its exit code and what it wrote."""
        settings = self.platform.settings
        place = {"PLENARY_STATE_DIR": str(settings.state_dir), "PLENARY_PORT_BASE": str(settings.port_base)}
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "ops", *words),
            cwd=ROOT,
            env={**os.environ, **place},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await child.communicate()
        return child.returncode, said.decode()


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    """The header that a member's requests carry."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def address(domain: str) -> str:
    """An address that nobody has used yet."""
    return f"wiremu.{new_id()[-12:]}@{domain}"


async def read(browser: httpx2.AsyncClient, slug: str, **headers: str) -> dict[str, Any]:
    """Open an article."""
    answer = await browser.get(f"/v1/articles/{slug}", headers=headers)
    assert answer.status_code == 200, answer.text
    article: dict[str, Any] = answer.json()
    return article


SLUGS = ("what-openness-means", "bus-lanes-in-nairobi", "one-form-in-stockholm", "water-in-chennai", "a-board-in-dubai")


@asynccontextmanager
async def answering(platform: Platform) -> AsyncIterator[None]:
    """Let ``./plenary`` talk to a platform that runs in this process, as to one that ``./plenary up`` runs."""
    supervisor = Supervisor(platform, Recorder(Quiet()))
    supervisor.phase = "up"
    server = await control.serve(platform.state.run, supervisor.answer)
    try:
        yield
    finally:
        server.close()


@pytest_asyncio.fixture(scope="package")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder: Path = tmp_path_factory.mktemp("journey")
    async with (
        Platform(folder, free_base()) as platform,
        answering(platform),
        connect(platform.mongodb_uri, app_name="tests") as mongodb,
    ):
        site = Site(platform, mongodb)
        for slug in SLUGS:
            await site.publish(slug)

        await site.metered(*SLUGS)
        yield site
