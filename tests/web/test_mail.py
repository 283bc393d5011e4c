"""Mail that somebody did not want: the link in it, one press, and no more of its kind."""

from __future__ import annotations

import email.policy
import re
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest_asyncio
from playwright.async_api import expect

from tests.web.axe import examine
from tests.web.conftest import Site, Visitor

ARTICLE = "/v1/articles/bus-lanes-that-people-asked-for"
KIND = "comment-reply"


@dataclass
class Told:
    """Ārohā, who wrote a comment, and the mail that tells of the reply to it."""

    site: Site
    headers: dict[str, str]
    mail: dict[str, Any]

    async def choice(self) -> str:
        """Whether she wants this kind of mail."""
        async with self.site.api() as client:
            return str((await client.get("/v1/preferences", headers=self.headers)).json()["purposes"][KIND])


@pytest_asyncio.fixture
async def told(site: Site) -> Told:
    address, hers = await site.member("Ārohā Ngāta")
    _, his = await site.member("Wiremu Parata")
    async with site.api() as client:
        article = (await client.get(ARTICLE)).json()["id"]
        first = {"article_id": article, "body": "Did the shops along the lane come round?"}
        asked = (await client.post("/v1/comments", json=first, headers=hers)).json()
        reply = {"article_id": article, "parent_id": asked["id"], "body": "All but one, I hear."}
        answered = await client.post("/v1/comments", json=reply, headers=his)
        assert answered.status_code == 201, answered.text
    return Told(site, hers, await site.mail_to(address, "A reply to your comment"))


async def test_the_link_in_a_mail_asks_first_and_then_stops_its_kind(told: Told, reader: Visitor) -> None:
    page = reader.page
    await page.goto(f"{told.site.mailbox}/mail/{told.mail['id']}")
    await page.get_by_role("link", name=f"{told.site.url}/unsubscribe/").click()
    await expect(page.get_by_role("main")).to_contain_text("Replies to your comments")
    await page.reload()
    assert await told.choice() == "instant"

    await page.get_by_role("button", name="Send me no more of these").click()

    await expect(page.get_by_role("heading", name="You will get no more of these")).to_be_visible()
    assert await told.choice() == "off"
    assert not reader.complaints
    await page.goto(f"{told.site.mailbox}/mail/{told.mail['id']}")
    async with reader.context.expect_page() as opening:
        await page.frame_locator("iframe").get_by_role("link", name="Stop this kind of mail").click()
    again = await opening.value
    await expect(again.get_by_role("heading", name="You will get no more of these")).to_be_visible()


async def test_a_mail_program_stops_it_by_the_header_alone(told: Told, visitor: Visitor) -> None:
    async with httpx2.AsyncClient() as program:
        raw = (await program.get(f"{told.site.mailbox}/messages/{told.mail['id']}/raw")).content
        found = re.search(rb"^List-Unsubscribe: <([^>]+)>\r?$", raw, re.MULTILINE)
        head = email.message_from_bytes(raw, policy=email.policy.default)
        assert found, raw[:1500]
        assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

        await program.get(found[1].decode())
        page = await visitor.open(f"/unsubscribe/{found[1].decode().rsplit('/', 1)[1]}")
        assert await examine(page) == []
        before = await told.choice()
        answer = await program.post(found[1].decode(), data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert (before, await told.choice()) == ("instant", "off")
