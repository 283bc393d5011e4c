"""`plenary tour`: the main journey on the running platform, with every event it causes and who reacted to it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx2
from aiokafka import AIOKafkaConsumer
from pymongo import AsyncMongoClient
from rich.text import Text

from demo.archive import articles
from ops.display import out
from ops.embedded.platform import Platform
from ops.troubles import Exit, Trouble
from shared.envelope import Undecodable, UnknownType, decode
from shared.events import OWNERS, TOPICS
from shared.ids import new_id

SETTLE_SECONDS = 3.0
"""How long after a step its events are waited for; they usually take some hundredths."""


def run(_arguments: Sequence[str]) -> int:
    """Play it; returns the exit code."""
    try:
        asyncio.run(_play())
    except httpx2.ConnectError:
        raise Trouble("the platform does not answer", "start it with ./plenary up", code=Exit.NOT_RUNNING) from None
    return 0


async def _play() -> None:
    await Tour(Platform()).play()


class Tour:
    """One reader's way, from the first article to the first comment."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._browser = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{platform.ports['gateway']}", timeout=20)
        self._mailbox = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{platform.ports['mailbox']}")
        self._mongodb: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(platform.mongodb_uri, tz_aware=True)
        names = [topic for topic in TOPICS if not topic.endswith("dead-letters")]
        self._events = AIOKafkaConsumer(*names, **platform.kafka.client_arguments(), auto_offset_reset="latest")
        self._email = f"visitor.{new_id()[-12:]}@health.govt.nz"

    async def play(self) -> None:
        """All steps, one after the other."""
        await self._browser.get("/v1/policies")
        await self._events.start()
        try:
            await self._read_to_the_wall()
            headers = await self._join()
            await self._read_and_comment(headers)
        finally:
            await self._events.stop()
            await self._browser.aclose()
            await self._mailbox.aclose()
            await self._mongodb.close()

    async def _read_to_the_wall(self) -> None:
        for slug in [article["slug"] for article in articles()][:4]:
            page = await self._get(f"/v1/articles/{slug}")
            access = page["access"]
            seen = "the whole article" if page["body"] else "the lead and the wall"
            await self._tell(f"Open “{page['title']}”: {access['used']}/{access['limit']} viewed, {seen}")

    async def _join(self) -> dict[str, str]:
        asked = await self._post("/v1/signups", {"email": self._email, "zone": "Pacific/Auckland"})
        await self._tell(f"Sign up as {self._email}")
        code = await self._code()
        proved = await self._post(f"/v1/proofs/{asked['proof_id']}", {"code": code})
        about = {"ticket": proved["ticket"], "name": "Aroha Visitor", "country": "NZ", "zone": "Pacific/Auckland"}
        tokens = await self._post("/v1/members", about)
        await self._tell(f"Prove it with the code {code} from the mail, and join as {tokens['member']['standing']}")
        return {"Authorization": f"Bearer {tokens['access_token']}"}

    async def _read_and_comment(self, headers: dict[str, str]) -> None:
        slug = [article["slug"] for article in articles()][3]
        page = await self._get(f"/v1/articles/{slug}", headers)
        await self._tell(f"Open “{page['title']}” again: {page['access']['state']}")
        draft = {"article_id": page["id"], "body": "We would like to try this in **Wellington**."}
        await self._post("/v1/comments", draft, headers)
        await self._tell("Write a comment")
        page = await self._get(f"/v1/articles/{slug}", headers)
        await self._tell(f"The article says now: {page['comments']} comment(s)")

    async def _code(self) -> str:
        for _ in range(100):
            listed = (await self._mailbox.get("/messages", params={"to": self._email})).json()["items"]
            for mail in listed:
                text = (await self._mailbox.get(f"/messages/{mail['id']}")).json()["text"] or ""
                if found := re.search(r"\b(\d{6})\b", text):
                    return found[1]
            await asyncio.sleep(0.1)
        raise Trouble("no mail came within 10 s", "see ./plenary logs notifications-worker", code=Exit.FAILED)

    async def _get(self, path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        return _checked(await self._browser.get(path, headers=headers))

    async def _post(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
        return _checked(await self._browser.post(path, json=body, headers=headers))

    async def _tell(self, step: str) -> None:
        out.print(Text(step, style="bold"))
        async for name, id_, at in self._heard():
            reactions = [
                f"{service} after {1000 * seconds:.0f} ms" for service, seconds in await self._reactions(id_, at)
            ]
            out.print(f"    {name}: {', '.join(reactions) or 'shown in views only'}")

    async def _heard(self) -> Any:
        """The events since the last step: name, id and time."""
        until = asyncio.get_running_loop().time() + SETTLE_SECONDS
        while (left := until - asyncio.get_running_loop().time()) > 0:
            found = await self._events.getmany(timeout_ms=int(left * 1000))
            for record in (record for records in found.values() for record in records):
                try:
                    envelope = decode(record.topic, record.key, record.value, record.headers, place="")
                except (Undecodable, UnknownType):
                    continue
                name = type(envelope.event).__name__ if envelope.event else "(forgotten)"
                yield name, envelope.id, envelope.time
                until = min(until, asyncio.get_running_loop().time() + 1.0)

    async def _reactions(self, event_id: str, at: datetime) -> list[tuple[str, float]]:
        """Which services have applied it, and how long after it was true."""
        await asyncio.sleep(0.2)
        found = []
        for service in OWNERS:
            row = await self._mongodb[f"plenary_{service}"]["inbox"].find_one({"_id": event_id})
            if row:
                found.append((service, (row["at"].astimezone(UTC) - at).total_seconds()))
        return sorted(found, key=lambda reaction: reaction[1])


def _checked(answer: httpx2.Response) -> dict[str, Any]:
    if answer.is_error:
        raise Trouble(
            f"{answer.request.url.path} answered {answer.status_code}: {answer.text[:300]}",
            "see ./plenary status",
            code=Exit.FAILED,
        )
    told: dict[str, Any] = answer.json()
    return told
