"""Those who take the tour: somebody with a browser, and the mailbox that catches what is written to them."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx2

from ops.troubles import Exit, Trouble
from shared.ids import new_id

T = TypeVar("T")

PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.05


class Visitor:
    """A person with a browser of their own, and an address that nobody has used yet."""

    def __init__(self, gateway: str, name: str, domain: str, country: str, zone: str) -> None:
        self.name = name
        self.zone = zone
        self._country = country
        self.email = f"{name.split(maxsplit=1)[0].lower()}.{new_id()[-12:]}@{domain}"
        self._browser = httpx2.AsyncClient(base_url=gateway, timeout=20)
        self._token: dict[str, str] = {}

    async def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> dict[str, Any]:
        """Read something; a ``Trouble`` if the site refuses."""
        sent = {**(headers or {}), **self._token}
        return told(await self._browser.get(path, headers=sent, params=query))

    async def post(self, path: str, body: Any, headers: dict[str, str], **query: Any) -> dict[str, Any]:
        """Send something; a ``Trouble`` if the site refuses."""
        return told(await self._browser.post(path, json=body, headers={**headers, **self._token}, params=query))

    async def ask_to_join(self, headers: dict[str, str]) -> str:
        """Sign up with nothing but the address; returns the id of the proof that is now asked for."""
        asked = await self.post("/v1/signups", {"email": self.email, "zone": self.zone}, headers)
        return str(asked["proof_id"])

    async def join(self, proof_id: str, code: str, headers: dict[str, str]) -> dict[str, Any]:
        """Prove the address, say who one is, and be logged in from then on; returns the member."""
        proved = await self.post(f"/v1/proofs/{proof_id}", {"code": code}, headers)
        about = {"ticket": proved["ticket"], "name": self.name, "country": self._country, "zone": self.zone}
        joined = await self.post("/v1/members", about, headers)
        self._token = {"Authorization": f"Bearer {joined['access_token']}"}
        member: dict[str, Any] = joined["member"]
        return member

    async def log_in(self, email: str, password: str) -> None:
        """With a password, as somebody else."""
        session = await self.post("/v1/sessions", {"email": email, "password": password}, {})
        self._token = {"Authorization": f"Bearer {session['access_token']}"}

    async def close(self) -> None:
        """Close the browser."""
        await self._browser.aclose()


class Mailbox:
    """The mail that has left the platform."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.AsyncClient(base_url=url, timeout=20)

    async def mail(self, visitor: Visitor, words: str) -> dict[str, Any]:
        """The newest mail to a visitor with these words in its subject, once it is there."""

        async def arrived() -> dict[str, Any] | None:
            listed = told(await self._client.get("/messages", params={"to": visitor.email}))["items"]
            found = [mail for mail in listed if words.casefold() in mail["subject"].casefold()]
            return told(await self._client.get(f"/messages/{found[0]['id']}")) if found else None

        lacking = Trouble(
            f"no mail with “{words}” came to {visitor.email} within {PATIENCE_SECONDS:.0f} s",
            "see ./plenary logs notifications-worker, and whether NotificationFailed was said",
            code=Exit.FAILED,
        )
        return await until(arrived, lacking)

    async def code(self, visitor: Visitor) -> str:
        """The six digits that prove a visitor's address."""
        text = (await self.mail(visitor, ""))["text"] or ""
        if found := re.search(r"\b(\d{6})\b", text):
            return found[1]
        raise Trouble(f"the mail to {visitor.email} holds no code", "look at it in the mailbox", code=Exit.FAILED)

    async def close(self) -> None:
        """Stop looking."""
        await self._client.aclose()


async def until(question: Callable[[], Awaitable[T | None]], otherwise: Trouble) -> T:
    """The first answer that says something; raises ``otherwise`` when none has come in time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (answer := await question()):
        if time.monotonic() > deadline:
            raise otherwise
        await asyncio.sleep(LOOK_SECONDS)
    return answer


def told(answer: httpx2.Response) -> dict[str, Any]:
    """What an answer says; a ``Trouble`` with the site's own reason where it refuses."""
    if answer.is_error:
        path = answer.request.url.path
        code = Exit.UNHEALTHY if answer.status_code >= 500 else Exit.FAILED
        fix = "see ./plenary status" if answer.status_code >= 500 else "see docs/problems, and what the platform logs"
        raise Trouble(f"{path} answered {answer.status_code}: {_reason(answer)}", fix, code=code)
    found: dict[str, Any] = answer.json()
    return found


def _reason(answer: httpx2.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return answer.text[:300]
    return " ".join(filter(None, (problem.get("title"), problem.get("detail"))))[:300]
