"""Every event of the journey is delivered three times more, in any order: nothing changes, and nobody hears of it."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from aiokafka import ConsumerRecord

from shared.envelope import Undecodable, UnknownType, decode
from tests.journeys.conftest import SLUGS, Site, address, bearer, read
from tests.journeys.holdings import Holdings, at_rest, deliver_again, everything_said, holdings

pytestmark = pytest.mark.slow

COPIES = 3
SEED = 20170731
"""Any order will do; this one can be had again."""


async def a_journey(site: Site) -> None:
    """A reader meets the wall and joins; two members talk under an article, and one registers for a webinar."""
    webinar = await site.announce("A webinar to be told of twice", "2090-07-31T13:30", "Asia/Singapore")
    hinemoa, baraka = address("health.govt.nz"), address("transport.go.ke")
    async with site.browser() as browser, site.browser() as another:
        for slug in SLUGS[:4]:
            await read(browser, slug)
        hers = bearer(await site.join(browser, hinemoa, "Hinemoa Rangi"))
        his = bearer(await site.join(another, baraka, "Baraka Mwangi", "Africa/Nairobi"))
        draft = {"article_id": site.articles[SLUGS[3]], "body": "Who has tried this?"}
        asked = await browser.post("/v1/comments", json=draft, headers=hers)
        reply = {**draft, "parent_id": asked.json()["id"], "body": "We have."}
        assert (await another.post("/v1/comments", json=reply, headers=his)).status_code == 201
        assert (await another.post(webinar["registrations"], headers=his)).status_code == 201
    await site.mail_to(hinemoa, "repl")
    await site.mail_to(baraka, "You have a place")


def is_event(record: ConsumerRecord[bytes, bytes]) -> bool:
    """Not what somebody has put there to see what becomes of it."""
    try:
        decode(record.topic, record.key, record.value, record.headers, place="")
    except (Undecodable, UnknownType):
        return False
    return True


def changed(before: Holdings, after: Holdings) -> dict[str, dict[str, list[object]]]:
    """Documents that came, went or differ, by collection; empty if nothing has changed."""
    found = {}
    for name in before.documents.keys() | after.documents.keys():
        old, new = before.documents.get(name, {}), after.documents.get(name, {})
        different = [id_ for id_ in old.keys() | new.keys() if old.get(id_) != new.get(id_)]
        if different:
            found[name] = {str(id_): [old.get(id_), new.get(id_)] for id_ in different}
    return found


async def test_every_event_three_times_more_and_shuffled_changes_nothing(site: Site) -> None:
    await a_journey(site)
    await at_rest(site)
    said = [record for record in await everything_said(site) if is_event(record)]
    before = await holdings(site)

    for worker in ("content-worker", "metering-worker"):
        await site.platform.restart(worker)  # What remembers only for as long as it lives has forgotten.
    again = said * COPIES
    random.Random(SEED).shuffle(again)  # noqa: S311 - an order, not a secret
    await deliver_again(site, again)
    # The views join their groups anew, and may first have to wait until the former members' sessions are over.
    await at_rest(site, within=60)

    after = await holdings(site)
    assert len({record.topic for record in said}) >= 7
    assert changed(before, after) == {}
    assert after.records == before.records + Counter(record.topic for record in said for _ in range(COPIES))
    assert after.mails == before.mails
