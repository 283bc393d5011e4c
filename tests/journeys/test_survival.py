"""Everything is killed at once in the middle of writing: the next start finds what was acknowledged, and goes on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from ops import control
from ops.embedded.platform import Platform
from ops.testing import free_base
from shared.mongo import connect
from tests.journeys.conftest import SLUGS, Site, address, bearer
from tests.journeys.holdings import at_rest
from tests.ops.test_survival import supervised

pytestmark = pytest.mark.slow

AUTHORS, READERS = 4, 4
MOST = 19
"""Comments of one author, who may write 20 in ten minutes."""
ENOUGH = 40
"""Acknowledged comments before everything is killed; about half of what the authors would write."""


@dataclass
class Ledger:
    """What clients were told. What was under way when everything died has happened once or not at all."""

    asked: int = 0
    comments: set[str] = field(default_factory=set)
    """The ids of the comments that were answered with 201."""
    read: dict[str, set[str]] = field(default_factory=dict)
    """The articles that were opened, by the reader's cookie."""
    enough: asyncio.Event = field(default_factory=asyncio.Event)


async def write(site: Site, headers: dict[str, str], ledger: Ledger) -> None:
    """Comment on one article again and again, for as long as somebody answers."""
    draft = {"article_id": site.articles[SLUGS[0]], "body": "Written down before the lights went out."}
    async with site.browser(headers=headers) as browser:
        for _ in range(MOST):
            ledger.asked += 1
            posted = await browser.post("/v1/comments", json=draft)
            if posted.status_code != 201:
                return
            ledger.comments.add(posted.json()["id"])
            if len(ledger.comments) == ENOUGH:
                ledger.enough.set()


async def open_articles(site: Site, ledger: Ledger) -> None:
    """One new reader after the other opens two articles, for as long as somebody answers."""
    while True:
        async with site.browser() as browser:
            for slug in SLUGS[1:3]:
                answer = await browser.get(f"/v1/articles/{slug}")
                if answer.status_code != 200:
                    return
                ledger.read.setdefault(browser.cookies["plenary_reader"], set()).add(answer.json()["id"])


async def until_nobody_answers(*work: asyncio.Task[None]) -> None:
    for task in work:
        with contextlib.suppress(httpx2.TransportError):
            await task


async def killed_while_writing(site: Site, ledger: Ledger, supervisor: asyncio.subprocess.Process) -> None:
    """Have authors write and readers read, and kill every process of the platform meanwhile."""
    async with site.browser() as browser:
        emails = [address("health.govt.nz") for _ in range(AUTHORS)]
        authors = [bearer(await site.join(browser, email, "Ana Rua")) for email in emails]
    work = [asyncio.create_task(write(site, headers, ledger)) for headers in authors]
    work += [asyncio.create_task(open_articles(site, ledger)) for _ in range(READERS)]
    await asyncio.wait_for(ledger.enough.wait(), 60)
    status = control.call(site.platform.state.run, "status")
    for pid in (supervisor.pid, *(process["pid"] for process in status["processes"])):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    await supervisor.wait()
    await until_nobody_answers(*work)


async def test_what_was_acknowledged_is_there_and_arrives_after_everything_was_killed(tmp_path: Path) -> None:
    base, ledger = free_base(), Ledger()
    supervisor = await supervised(tmp_path, base, "--no-demo")
    site = Site(Platform(tmp_path, base), connect(Platform(tmp_path, base).mongodb_uri, app_name="tests"))
    for slug in SLUGS[:3]:
        await site.publish(slug)
    await site.metered(*SLUGS[:3])

    await killed_while_writing(site, ledger, supervisor)
    async with Platform(tmp_path, base) as site.platform, site.mongodb:
        await at_rest(site)

        there = {row["_id"] async for row in site.database("community")["comments"].find({}, {"_id": 1})}
        registers = site.database("content")["comment_registers"].find({"visible": True}, {"_id": 1})
        told = {row["_id"] async for row in registers}
        article = await site.database("content")["articles"].find_one({"_id": site.articles[SLUGS[0]]})
        meters = {cookie: await counted(site, cookie) for cookie in ledger.read}

    assert ENOUGH <= len(ledger.comments) <= len(there) <= ledger.asked
    assert ledger.comments <= there
    assert told == there
    assert article is not None
    assert article["comments"] == len(there)
    assert len(meters) > READERS
    assert {cookie: opened - meters[cookie] for cookie, opened in ledger.read.items() if opened - meters[cookie]} == {}


async def counted(site: Site, cookie: str) -> set[str]:
    """The articles that count for a reader."""
    async with site.browser(cookies={"plenary_reader": cookie}) as browser:
        answer = await browser.get("/v1/meter")
        assert answer.status_code == 200, answer.text
        return {article["id"] for article in answer.json()["articles"]}
