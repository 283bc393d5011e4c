"""The world that requests are made in: articles published through the front door, readers with cookies, members."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx2
from pydantic import SecretStr

from ops.bench.load import Target
from ops.bench.rig import Rig
from ops.embedded.services import ADMIN_EMAIL
from services.accounts.crypto.keys import KeyRing
from services.metering.grants import Grants
from shared.clock import Clock
from shared.ids import new_id

KNOWN_WITHIN = 30.0
PARAGRAPH = """\
Fifty public servants in nineteen countries were asked what openness means to them. Most of them spoke of trust before
they spoke of data: *a door that is not locked is still a door*, as one of them put it. What they would change first is
the language that forms are written in, then how long an answer may take, and only then what is published where.
"""
BODY = "\n\n".join(f"## Part {part}\n\n" + "\n\n".join([PARAGRAPH] * 3) for part in range(1, 7))
"""Some 6 kB of Markdown: 1,000 words, a reading of five minutes."""


@dataclass
class World:
    """What is there to be asked for, and who asks."""

    rig: Rig
    articles: dict[str, str]
    """Ids by slug."""
    grants: Grants
    keys: KeyRing

    @classmethod
    async def made(cls, rig: Rig, articles: int = 9) -> Self:
        """Publish the articles as an editor would, and wait until everybody has heard of them."""
        secrets = rig.platform.state
        key = secrets.secret("metering/signing-keys")
        world = cls(
            rig=rig,
            articles={},
            grants=Grants(
                key, SecretStr(secrets.secret("gateway-key")), Clock(), cookie_life=timedelta(days=180), secure=False
            ),
            keys=KeyRing.read(secrets.secret("accounts/signing-keys")),
        )
        async with world.client() as client:
            await world._sign_in(client)
            for number in range(articles):
                world.articles[f"article-{number}"] = await _publish(client, f"article-{number}")
            await world._known(client)
        await rig.rest()
        return world

    def client(self) -> httpx2.AsyncClient:
        """For everything that is not timed."""
        return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{self.gateway.port}", timeout=30)

    @property
    def gateway(self) -> Target:
        """The front door."""
        return Target(self.rig.ports["gateway"])

    def api(self, service: str) -> Target:
        """A service's own door."""
        return Target(self.rig.ports[f"{service}-api"])

    def cookies(self, how_many: int) -> list[str]:
        """As many readers who have been here before and have read nothing yet."""
        now = datetime.now(UTC)
        return [self.grants.cookie(new_id(), now).partition(";")[0] for _ in range(how_many)]

    def token(self, member_id: str, **claims: Any) -> str:
        """A member's access token, as accounts signs it."""
        now = int(datetime.now(UTC).timestamp())
        usual = {"iss": "plenary/accounts", "aud": "plenary", "sub": member_id, "standing": "member", "sid": "bench"}
        times = {"iat": now, "exp": now + 600}
        return self.keys.sign(usual | times | {"roles": []} | claims)

    def pairs(self, how_many: int, each: int) -> Iterator[tuple[str, str]]:
        """Readers' cookies and slugs: a hundred readers open their first article, then their second, and so on."""
        slugs = list(self.articles)
        for _ in range(0, how_many, 100 * each):
            readers = self.cookies(100)
            for step in range(each):
                for number, cookie in enumerate(readers):
                    yield cookie, slugs[(number + step) % len(slugs)]

    async def _sign_in(self, client: httpx2.AsyncClient) -> None:
        password = self.rig.platform.state.secret("admin-password")
        answer = await client.post("/v1/sessions", json={"email": ADMIN_EMAIL, "password": password})
        answer.raise_for_status()
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    async def _known(self, client: httpx2.AsyncClient) -> None:
        """Content knows them at once; metering and community hear of them."""
        async with asyncio.timeout(KNOWN_WITHIN):
            for slug in self.articles:
                while await _state(client, slug) == "unknown-article":  # noqa: ASYNC110 - another process learns it
                    await asyncio.sleep(0.1)


async def _publish(client: httpx2.AsyncClient, slug: str) -> str:
    article = {
        "external_id": slug,
        "slug": slug,
        "title": slug.replace("-", " ").capitalize(),
        "lead": "What openness in government means to those who work there.",
        "body": BODY,
        "byline": {"name": "Ingrid Ek"},
        "published_at": "2017-07-14T08:00:00Z",
    }
    answer = await client.post("/v1/imports/articles", json=article)
    answer.raise_for_status()
    return str(answer.json()["id"])


async def _state(client: httpx2.AsyncClient, slug: str) -> str:
    answer = await client.get(f"/v1/articles/{slug}")
    answer.raise_for_status()
    return str(answer.json()["access"]["state"])
