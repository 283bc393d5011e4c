"""Who uses the platform: an administrator, members and readers, and what there is to read."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import httpx2
import orjson

from ops.embedded.platform import Platform
from ops.embedded.services import ADMIN_EMAIL
from ops.troubles import Trouble
from shared.ids import new_id
from shared.tokens import TokenSigner

SECRET = "The sentence behind the wall."  # noqa: S105 - a sentence
TOKEN_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Article:
    """Something to read and to comment on."""

    id: str
    slug: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with an account."""

    id: str
    email: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody without."""

    id: str
    cookie: str


@dataclass
class Cast:
    """Everybody and everything of a rehearsal.

    Members log in once; the rig, which has started the platform and holds its keys, signs what they would get, because
    hashing thousands of passwords would be the load instead of a part of it. Readers' cookies are signed in the same
    way, so that a reader's first hundred requests can come at once.
    """

    platform: Platform
    url: str
    articles: list[Article] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    _tokens: dict[str, tuple[float, dict[str, str]]] = field(default_factory=dict)

    async def assemble(self, *, articles: int, members: int) -> None:
        """Have them imported through the gateway, as the administrator does it."""
        async with httpx2.AsyncClient(base_url=self.url, timeout=30) as client:
            headers = await self._log_in(client)
            for number in range(articles):
                self.articles.append(await _article(client, headers, number))
            for number in range(members):
                self.members.append(await _member(client, headers, number))

    async def admin(self) -> dict[str, str]:
        """The administrator's headers."""
        async with httpx2.AsyncClient(base_url=self.url, timeout=30) as client:
            return await self._log_in(client)

    async def _log_in(self, client: httpx2.AsyncClient) -> dict[str, str]:
        password = self.platform.state.secret("admin-password")
        tokens = _taken(await client.post("/v1/sessions", json={"email": ADMIN_EMAIL, "password": password}))
        return {"authorization": f"Bearer {tokens['access_token']}"}

    def signed_in(self, member: Member) -> dict[str, str]:
        """The headers of a member's requests; their token is renewed in time."""
        issued, headers = self._tokens.get(member.id, (0.0, {}))
        if time.time() - issued > TOKEN_SECONDS / 2:
            headers = {"authorization": f"Bearer {self._access_token(member)}"}
            self._tokens[member.id] = (time.time(), headers)
        return headers

    def _access_token(self, member: Member) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": "plenary/accounts",
            "aud": "plenary",
            "sub": member.id,
            "sid": f"rehearsal-{member.id}",
        }
        claims |= {"standing": "official", "roles": [], "iat": now, "exp": now + TOKEN_SECONDS}
        return self._signer("accounts").sign(claims)

    def reader(self) -> Reader:
        """A reader whom nobody has seen yet."""
        reader_id, now = new_id(), int(time.time())
        claims: dict[str, Any] = {"iss": "plenary/metering", "aud": ["content", "plenary/readers"], "sub": reader_id}
        claims |= {"iat": now, "exp": now + 86_400}
        token = self._signer("metering").sign(claims, type="reader+jwt")
        return Reader(reader_id, f"plenary_reader={token}")

    def _signer(self, service: str) -> TokenSigner:
        return TokenSigner.from_jwk(orjson.loads(self.platform.state.secret(f"{service}/signing-keys")))


async def _article(client: httpx2.AsyncClient, headers: dict[str, str], number: int) -> Article:
    slug = f"what-works-{number}"
    draft = {
        "external_id": slug,
        "slug": slug,
        "title": f"What works, part {number}",
        "lead": "What public servants have tried, and what came of it.",
        "body": f"It took three years.\n\n## What they did\n\n{SECRET}",
        "byline": {"name": "Ingrid Ek"},
        "published_at": "2017-07-14T08:00:00Z",
    }
    answer = await client.post("/v1/imports/articles", json=draft, headers=headers)
    return Article(_taken(answer)["id"], slug)


async def _member(client: httpx2.AsyncClient, headers: dict[str, str], number: int) -> Member:
    email = f"member-{number}@health.govt.nz"
    newcomer = {"external_id": f"member-{number}", "email": email, "name": f"Member {number}", "standing": "official"}
    return Member(_taken(await client.post("/v1/imports/members", json=newcomer, headers=headers))["id"], email)


def _taken(answer: httpx2.Response) -> Any:
    if answer.is_error:
        raise Trouble(f"the platform did not take the rehearsal's data ({answer.text[:200]})", "see its logs")
    return answer.json()
