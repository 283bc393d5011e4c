"""What cannot be handled is laid before an operator, and holds up nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from shared.envelope import Message, encode_event
from shared.events.community import CommentPosted
from shared.ids import new_id
from shared.mongo import Database
from shared.parked import queue_of
from tests.journeys.conftest import SLUGS, Site, address, bearer, read
from tests.support import eventually, read_topic, write_messages

pytestmark = pytest.mark.slow

TOPIC = CommentPosted.topic
MEGABYTE = 1024 * 1024
LARGEST = MEGABYTE - 1024
"""About what the broker takes as one record with its headers."""


class Writer:
    """A member who comments wherever they are sent."""

    def __init__(self, site: Site, headers: dict[str, str]) -> None:
        self._site = site
        self._headers = headers

    async def comment(self, slug: str) -> str:
        """Returns the comment's id."""
        draft = {"article_id": self._site.articles[slug], "body": "What did it cost?"}
        async with self._site.browser(headers=self._headers) as browser:
            posted = await browser.post("/v1/comments", json=draft)
            assert posted.status_code == 201, posted.text
            return str(posted.json()["id"])

    async def sees(self, slug: str) -> int:
        """How many comments the article says it has."""
        async with self._site.browser(headers=self._headers) as browser:
            return int((await read(browser, slug))["comments"])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tane(site: Site) -> Writer:
    async with site.browser() as browser:
        return Writer(site, bearer(await site.join(browser, address("health.govt.nz"), "Tāne Walker")))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def refused(site: Site, tane: Writer) -> str:
    """A comment that content cannot count, because its database refuses it. Given up after five tries in 20 seconds."""
    await let_in_comments(site.database("content"), {"article_id": {"$ne": site.articles[SLUGS[4]]}})
    return await tane.comment(SLUGS[4])


async def let_in_comments(content: Database, which: dict[str, Any]) -> None:
    await content.command({"collMod": "comment_registers", "validator": which})


def poison(article_id: str) -> dict[str, Message]:
    """Records that are no events, and what an operator should read about each."""
    now = datetime.now(UTC)
    event = CommentPosted(comment_id=new_id(), article_id=article_id, author_id=new_id(), posted_at=now)
    good = encode_event(event, new_id(), now)
    assert good.value is not None
    newer = [
        (name, b"plenary.community.CommentPosted.v9" if name == "ce_type" else value) for name, value in good.headers
    ]
    nobody = json.dumps({**json.loads(good.value), "author_id": None}).encode()

    def record(value: bytes | None, headers: Any = good.headers) -> Message:
        return Message(TOPIC, good.key, value, headers, now)

    return {
        "json_invalid": record(good.value[:-1]),
        "a version that this release does not know": record(good.value, newer),
        "a topic that forgets nobody": record(None),
        "author_id: string_type": record(nobody),
        "comment_id: missing": record(b'{"noise": "%s"}' % (b"x" * LARGEST)),
    }


async def dead_letters(site: Site, service: str) -> list[dict[str, Any]]:
    """As `./plenary dead list` shows them."""
    code, said = await site.command("dead", "list", service)
    assert code == 0, said
    return [json.loads(line) for line in said.splitlines()]


async def test_poison_lands_in_the_dead_letters_and_the_rest_goes_on(site: Site, refused: str, tane: Writer) -> None:
    slug, article_id = SLUGS[0], site.articles[SLUGS[0]]
    before, said = await tane.sees(slug), poison(article_id)

    await write_messages(site.platform.kafka, said.values())
    await tane.comment(slug)

    async def counted() -> bool:
        return await tane.sees(slug) == before + 1

    await eventually(counted, within=20, every=0.1)
    for service in ("content", "notifications"):
        reasons = [letter["reason"] for letter in await dead_letters(site, service)]
        assert [words for words in said if not any(words in reason for reason in reasons)] == []

    async def published() -> bool:
        letters = await read_topic(site.platform.kafka, "content.dead-letters")
        reasons = [dict(letter.headers)["plenary_reason"].decode() for letter in letters]
        return {words: sum(words in reason for reason in reasons) for words in said} == dict.fromkeys(said, 1)

    await eventually(published, within=20, every=0.5)


async def test_a_letter_that_is_replayed_after_the_fix_takes_effect_under_its_own_id(
    site: Site, refused: str, tane: Writer
) -> None:
    content, waits_behind = site.database("content"), await tane.comment(SLUGS[4])

    async def given_up() -> dict[str, Any] | None:
        return await content["parked"].find_one({"state": "dead", "key": queue_of(TOPIC, site.articles[SLUGS[4]])})

    letter = await eventually(given_up, within=40, every=0.2)
    _, shown = await site.command("dead", "show", "content", letter["_id"])
    await let_in_comments(content, {})
    code, replayed = await site.command("dead", "replay", "content", letter["_id"])

    async def caught_up() -> bool:
        return await tane.sees(SLUGS[4]) == 2

    assert (code, json.loads(replayed)) == (0, {"replayed": 1})
    assert refused in json.loads(shown)["record"]["value"]
    await eventually(caught_up, within=20, every=0.1)
    counted = content["inbox"].find({"_id": letter["_id"]})
    assert [row["type"] async for row in counted] == [CommentPosted.type]
    assert await content["comment_registers"].count_documents({"_id": {"$in": [refused, waits_behind]}}) == 2
    assert await content["parked"].find_one({"_id": letter["_id"]}) is None
