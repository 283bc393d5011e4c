"""Puts the demo archive in, through the gateway and as its administrator. Doing so twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import yaml

ARTICLES = Path(__file__).parent / "articles"


class SeedingFailed(Exception):  # noqa: N818 - what happened
    """The platform did not take something; the message says what, and why."""


def articles() -> Iterator[dict[str, Any]]:
    """Every article as ``POST /v1/imports/articles`` takes it."""
    for path in sorted(ARTICLES.glob("*.md")):
        _, front, body = path.read_text().split("---\n", 2)
        about = yaml.safe_load(front)
        published = about.pop("published_at").strftime("%Y-%m-%dT%H:%M:%SZ")
        yield {**about, "body": body.strip(), "slug": path.stem, "external_id": path.stem, "published_at": published}


async def seed(url: str, email: str, password: str) -> int:
    """Put in what is missing; returns how many articles are there now."""
    async with httpx2.AsyncClient(base_url=url, timeout=20) as client:
        signed_in = await _told(client, "/v1/sessions", {"email": email, "password": password})
        client.headers["Authorization"] = f"Bearer {signed_in['access_token']}"
        names = {topic for article in articles() for topic in article["topics"]}
        for topic in sorted(names):
            await _named(client, topic)
        count = 0
        for article in articles():
            await _told(client, "/v1/imports/articles", article)
            count += 1
        return count


async def _named(client: httpx2.AsyncClient, topic: str) -> None:
    if (await client.get(f"/v1/topics/{topic}")).status_code == 404:
        name = topic.replace("-", " ").capitalize()
        answer = await client.put(f"/v1/topics/{topic}", json={"name": name, "description": ""})
        if answer.is_error:
            raise SeedingFailed(f"the topic {topic}: {answer.text[:300]}")


async def _told(client: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    if answer.is_error:
        raise SeedingFailed(f"{path} {body.get('slug', '')}: {answer.text[:300]}")
    told: dict[str, Any] = answer.json()
    return told
