"""The demo goes into a real platform, and going in again on another day changes nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from pymongo import AsyncMongoClient

from demo import archive
from demo.seed import seed
from ops.embedded import demo_data
from ops.embedded.platform import Platform
from ops.embedded.services import ADMIN_EMAIL
from ops.testing import free_base
from tests.support import eventually

pytestmark = pytest.mark.slow

KEPT = {
    "accounts": ["members"],
    "content": ["articles", "revisions", "topics", "series", "board", "surveys", "answers", "webinars"],
    "community": ["comments", "suggestions"],
}
"""What the demo puts in, by the service that keeps it."""


class Seeded:
    """A platform with the demo in it, and what was said meanwhile."""

    def __init__(self, platform: Platform, said: list[str]) -> None:
        self.platform = platform
        self.said = said

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.platform.ports['gateway']}"

    async def get(self, path: str, **query: str) -> Any:
        async with httpx2.AsyncClient(base_url=self.url, timeout=20) as client:
            answer = await client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def kept(self) -> dict[str, Any]:
        """Every document that the demo put in, whole, outboxes aside."""
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(self.platform.mongodb_uri)
        async with client:
            return {
                f"{service}.{collection}": await client[f"plenary_{service}"][collection]
                .find({}, {"outbox": 0, "outbox_since": 0})
                .sort("_id", 1)
                .to_list()
                for service, collections in KEPT.items()
                for collection in collections
            }

    async def waiting(self) -> int:
        """Documents with events that have yet to leave."""
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(self.platform.mongodb_uri)
        async with client:
            return sum(
                [
                    await client[f"plenary_{service}"][collection].count_documents({"outbox.0": {"$exists": True}})
                    for service, collections in KEPT.items()
                    for collection in collections
                ]
            )


@pytest_asyncio.fixture(scope="module")
async def seeded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Seeded]:
    folder: Path = tmp_path_factory.mktemp("demo")
    said: list[str] = []
    async with Platform(folder, free_base()) as platform:
        await demo_data.seed(platform.state, platform.ports, said.append)
        yield Seeded(platform, said)


async def test_everything_of_the_archive_is_there(seeded: Seeded) -> None:
    now = datetime.now(UTC)

    kept = await seeded.kept()

    counts = {name.partition(".")[2]: len(documents) for name, documents in kept.items()}
    assert counts["articles"] == len(archive.articles())
    assert counts["webinars"] == len(archive.webinars(now))
    assert counts["surveys"] == len(list(archive.surveys(now)))
    assert counts["members"] == len(archive.people()) + 1  # And the administrator.
    for shelf in ("topics", "series", "board", "suggestions"):
        assert counts[shelf] == len(archive.named(shelf))


async def test_it_said_how_far_it_was(seeded: Seeded) -> None:
    articles = len(archive.articles())

    assert any(line.startswith(f"articles: {articles} of {articles} in ") for line in seeded.said)
    assert seeded.said[-1].startswith("all in after ")


async def test_a_second_time_on_another_day_nothing_changes_and_nothing_is_said(seeded: Seeded) -> None:
    async def told() -> bool:
        return await seeded.waiting() == 0

    await eventually(told, within=30)
    before = await seeded.kept()

    await seed(
        seeded.url,
        ADMIN_EMAIL,
        seeded.platform.state.secret("admin-password"),
        secret="another one",
        now=datetime.now(UTC) - timedelta(days=2),
    )

    assert await seeded.waiting() == 0
    assert await seeded.kept() == before


async def test_the_next_start_has_nothing_to_do(seeded: Seeded) -> None:
    said: list[str] = []

    await demo_data.seed(seeded.platform.state, seeded.platform.ports, said.append)

    assert said[0] == "nothing is new"
    report = demo_data.report(seeded.platform.state)
    assert report is not None
    assert len(report["log_ins"]) == len(archive.log_ins()) + 1


async def test_a_reader_finds_the_article_its_cloud_and_the_session_of_2017(seeded: Seeded) -> None:
    article = await seeded.get("/v1/articles/what-openness-means-to-public-servants")
    cloud = await seeded.get("/v1/surveys/what-openness-means/cloud")
    session = await seeded.get("/v1/webinars/open-government-asia-pacific-2017")

    assert article["reading"]["minutes"] == 5
    assert article["published_at"].startswith("2017-07-14")
    assert [word["term"] for word in cloud["words"][:5]] == [
        "transparency",
        "openness",
        "trust",
        "understanding",
        "integrity",
    ]
    assert cloud["statement"] == "50 people answered"
    assert session["times"]["starts_at"] == "2017-07-31T05:30:00Z"
    assert session["times"]["host"]["words"] == "1.30pm Singapore time on July 31st"


async def test_the_next_asia_pacific_session_is_to_come_at_the_same_hour(seeded: Seeded) -> None:
    upcoming = await seeded.get("/v1/webinars", series="open-government", region="asia-pacific")

    first = upcoming["items"][0]
    assert first["state"] == "scheduled"
    assert first["times"]["host"]["words"].startswith("1.30pm Singapore time on ")


async def test_a_discussion_has_its_people_its_dates_and_its_replies(seeded: Seeded) -> None:
    slug = "what-openness-means-to-public-servants"
    written = len(list(every(archive.threads(datetime.now(UTC))[slug])))
    article = await seeded.get(f"/v1/articles/{slug}")

    async def counted() -> bool:
        return bool((await seeded.get(f"/v1/articles/{slug}"))["comments"] == written)

    await eventually(counted, within=30)
    thread = (await seeded.get("/v1/comments", article=article["id"]))["items"]

    assert len(thread) == written
    author = thread[0]["author"]
    assert (author["name"], author["organisation"], author["official"]) == ("Kwame Asante", "Budget office", True)
    assert thread[0]["posted_at"].startswith("2017-07-14")
    assert max(comment["depth"] for comment in thread) >= 2


def every(comments: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for comment in comments:
        yield comment
        yield from every(comment["replies"])


async def test_a_suggestion_has_led_to_a_webinar(seeded: Seeded) -> None:
    (scheduled,) = (await seeded.get("/v1/suggestions", state="scheduled"))["items"]

    webinar = await seeded.get(f"/v1/webinars/{scheduled['webinar_id']}")

    assert webinar["slug"] == "counter-clinic"
    assert scheduled["manager"]["name"] == "Grace Wanjiru"


async def test_nobody_is_told_of_what_was_imported_but_welcomed(seeded: Seeded) -> None:
    mailbox = f"http://127.0.0.1:{seeded.platform.ports['mailbox']}"

    async def welcomed() -> list[str]:
        async with httpx2.AsyncClient(base_url=mailbox) as client:
            items = (await client.get("/messages", params={"limit": 200})).json()["items"]
        return [mail["subject"] for mail in items] if len(items) >= len(archive.people()) else []

    subjects = await eventually(welcomed, within=60)

    assert all(subject.startswith("Welcome to Plenary") for subject in subjects)


async def test_whoever_is_shown_with_a_password_can_log_in_with_it(seeded: Seeded) -> None:
    report = demo_data.report(seeded.platform.state)
    assert report is not None

    async with httpx2.AsyncClient(base_url=seeded.url, timeout=20) as client:
        answers = [
            await client.post("/v1/sessions", json={"email": email, "password": password})
            for _, email, password in report["log_ins"][1:]
        ]

    assert {answer.status_code for answer in answers} == {201}
    members = [answer.json()["member"] for answer in answers]
    assert {member["standing"] for member in members} == {"official", "member", "pending"}
    assert {role for member in members for role in member["roles"]} == {"editor", "moderator", "community_manager"}


async def test_the_report_is_for_its_owner_only(seeded: Seeded) -> None:
    file = seeded.platform.state.data / "demo.json"

    assert json.loads(file.read_text())["log_ins"]
    assert file.stat().st_mode & 0o077 == 0
