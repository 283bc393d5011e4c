"""A reader meets the wall, joins, comments, and is answered: everything real, through the gateway."""

from __future__ import annotations

import asyncio

from tests.journeys.conftest import SECRET, SLUGS, Site, address, bearer, read
from tests.support import eventually


async def test_a_reader_meets_the_wall_joins_and_is_unlimited_at_once(site: Site) -> None:
    async with site.browser() as browser:
        for number, slug in enumerate(SLUGS[:3], 1):
            article = await read(browser, slug)
            assert (article["access"]["state"], article["access"]["used"], article["access"]["limit"]) == (
                "metered",
                number,
                3,
            )
            assert SECRET in article["body"]["html"]
        again = await read(browser, SLUGS[0])
        walled = await browser.get(f"/v1/articles/{SLUGS[3]}")

        assert again["access"]["used"] == 3
        assert walled.json()["access"]["state"] == "walled"
        assert "Sign up free if you are in government" in walled.text
        assert SECRET not in walled.text

        tokens = await site.join(browser, address("health.govt.nz"), "Wiremu Parata")
        opened = await read(browser, SLUGS[3], **bearer(tokens))

    assert tokens["member"]["standing"] == "official"
    assert opened["access"]["state"] == "unlimited"
    assert SECRET in opened["body"]["html"]


async def test_a_private_address_is_metered_and_waits_for_review(site: Site) -> None:
    async with site.browser() as browser:
        tokens = await site.join(browser, address("example.com"), "Sofía Reyes")
        states = [(await read(browser, slug, **bearer(tokens)))["access"]["state"] for slug in SLUGS[:4]]

    assert tokens["member"]["standing"] == "pending"
    assert states == ["metered", "metered", "metered", "walled"]


async def test_a_comment_counts_on_the_article_and_a_reply_reaches_its_author(site: Site) -> None:
    slug, first, second = SLUGS[1], address("health.govt.nz"), address("transport.go.ke")
    async with site.browser() as wiremu, site.browser() as amina:
        his, hers = await site.join(wiremu, first, "Wiremu Parata"), await site.join(amina, second, "Amina Odhiambo")
        before = (await read(wiremu, slug, **bearer(his)))["comments"]
        draft = {"article_id": site.articles[slug], "body": "We tried this in **Wellington**."}

        posted = await wiremu.post("/v1/comments", json=draft, headers=bearer(his))
        reply = {**draft, "parent_id": posted.json()["id"], "body": "And we in Nairobi."}
        replied = await amina.post("/v1/comments", json=reply, headers=bearer(hers))

        assert (posted.status_code, replied.status_code) == (201, 201)

        async def counted() -> bool:
            return (await read(wiremu, slug, **bearer(his)))["comments"] == before + 2

        await eventually(counted, within=20)
    mail = await site.mail_to(first, "repl")
    assert f"#comment-{replied.json()['id']}" in mail["text"]


async def test_a_hundred_first_reads_at_once_open_exactly_three(site: Site) -> None:
    async with site.browser() as browser:
        headed = await browser.get(f"/v1/articles/{SLUGS[0]}")
        cookie = headed.cookies["plenary_reader"]
    async with site.browser(cookies={"plenary_reader": cookie}) as browser:
        answers = await asyncio.gather(*(browser.get(f"/v1/articles/{SLUGS[n % 5]}") for n in range(100)))

    assert {answer.status_code for answer in answers} == {200}
    opened = {answer.json()["slug"] for answer in answers if SECRET in answer.text}
    assert len(opened) == 3
    assert SLUGS[0] in opened


async def test_when_metering_is_down_readers_read_and_are_counted_afterwards(site: Site) -> None:
    async with site.browser() as browser:
        await read(browser, SLUGS[0])
        await site.platform.halt("metering-api")
        try:
            given = [await read(browser, slug) for slug in SLUGS[1:4]]
        finally:
            await site.platform.restart("metering-api")

        async def counted() -> bool:
            meter = (await browser.get("/v1/meter")).json()
            return bool(meter.get("used") == 4)

        await eventually(counted, within=30, every=0.2)
        walled = await read(browser, SLUGS[4])

    assert {article["access"]["state"] for article in given} == {"unmetered"}
    assert all(SECRET in article["body"]["html"] for article in given)
    assert walled["access"]["state"] == "walled"


async def test_while_kafka_is_away_writes_succeed_and_events_arrive_afterwards(site: Site) -> None:
    slug = SLUGS[2]
    async with site.browser() as browser:
        tokens = await site.join(browser, address("treasury.gov.sg"), "Mei Tan", "Asia/Singapore")
        before = (await read(browser, slug, **bearer(tokens)))["comments"]
        await site.platform.halt("kafka")
        try:
            draft = {"article_id": site.articles[slug], "body": "Written while the broker was away."}
            posted = await browser.post("/v1/comments", json=draft, headers=bearer(tokens))
        finally:
            await site.platform.restart("kafka")

        async def counted() -> bool:
            return (await read(browser, slug, **bearer(tokens)))["comments"] == before + 1

        assert posted.status_code == 201
        await eventually(counted, within=60, every=0.3)


async def test_what_was_read_becomes_a_trend_and_a_funnel(site: Site) -> None:
    headers = await site.admin()
    async with site.browser() as browser:
        await read(browser, SLUGS[0])

        async def seen() -> bool:
            trending = (await browser.get("/v1/trending")).text
            funnel = (await browser.get("/v1/funnel", headers=headers)).json()
            return SLUGS[0] in trending and any(row["viewed"] > 0 for row in funnel["rows"])

        await eventually(seen, within=40, every=0.3)
