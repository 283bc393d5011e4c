"""Where pictures are taken: somebody's browser at the running site, and the ways they get in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx2

from ops.embedded import demo_data
from ops.embedded.state import State
from ops.settings import OpsSettings
from ops.troubles import Trouble
from shared.ids import new_id

if TYPE_CHECKING:
    from playwright.async_api import Page

WITHIN = 15.0


@dataclass
class Studio:
    """One person before the site."""

    settings: OpsSettings
    page: Page

    @property
    def url(self) -> str:
        """The site's first page."""
        return f"http://127.0.0.1:{self.settings.ports['gateway']}"

    @property
    def mailbox(self) -> str:
        """The local mailbox."""
        return f"http://127.0.0.1:{self.settings.ports['mailbox']}"

    async def open(self, path: str) -> Page:
        """Go to a page of the site."""
        await self.page.goto(self.url + path)
        return self.page

    async def log_in(self, who: str) -> None:
        """As somebody of the demo, by password."""
        report = demo_data.report(State(self.settings.state_dir)) or {"log_ins": []}
        known = {name: (mail, password) for name, mail, password in report["log_ins"]}
        name = next((name for name in known if name.startswith(who)), None)
        if name is None:
            raise Trouble(f"nobody of the demo is {who}", "./plenary up brings the demo in")
        address, password = known[name]
        page = await self.open("/log-in?to=/topics")
        await page.get_by_label("E-mail address").fill(address)
        await page.get_by_text("Log in with a password").click()
        await page.get_by_label("Password").fill(password)
        await page.get_by_role("button", name="Log in with the password").click()
        await page.wait_for_url(re.compile("/topics$"))

    async def code_for(self, address: str) -> str:
        """The six digits in the newest mail to this address."""
        async with httpx2.AsyncClient(base_url=self.mailbox, timeout=WITHIN) as client:
            for _ in range(int(WITHIN * 5)):
                mails = (await client.get("/messages", params={"to": address})).json()["items"]
                if mails:
                    text = str((await client.get(f"/messages/{mails[0]['id']}")).json()["text"])
                    found = re.search(r"\b(\d{6})\b", text)
                    return found[1] if found else ""
                await self.page.wait_for_timeout(200)
        raise Trouble(f"no mail came within {WITHIN:.0f} s", "./plenary status shows whether the notifier runs")

    @staticmethod
    def newcomer() -> str:
        """A government address that nobody has used."""
        return f"hinemoa.rangi.{new_id()[-6:]}@health.govt.nz"
