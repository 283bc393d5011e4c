"""What the log tells of the meters, compared with what is kept, and put back where that is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from services.metering.app import service
from shared.envelope import Envelope
from shared.events.accounts import ReaderLinked
from shared.events.metering import MeterAdvanced
from shared.outbox import Row
from shared.rebuilding import Findings
from tests.services.metering.conftest import ARTICLES, House

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def three_articles_each(house: House, *readers: str) -> list[Envelope]:
    """Let readers read to the wall; returns what the log then tells, as if the relay had been there."""
    for name in readers:
        for article in ARTICLES[:4]:
            await house.ask(article, cookie=house.cookie_of(name))
    said = [row for row in await house.said() if row["type"] == MeterAdvanced.type]
    await house.database["meters"].update_many({}, {"$unset": {"outbox": "", "outbox_since": ""}})
    return [envelope_of(row) for row in said]


def envelope_of(row: Row) -> Envelope:
    event = MeterAdvanced.model_validate(row["data"])
    return Envelope(id=row["id"], type=event.type, key=event.key, time=row["time"], event=event)


async def rebuild(house: House, log: Sequence[Envelope], *, dry: bool = False) -> Findings:
    async def told() -> AsyncIterator[Envelope]:
        for envelope in log:
            yield envelope

    return await service.rebuilds["meters"].rebuild(house.deps, told(), dry)


async def test_what_was_read_is_what_the_log_tells(house: House) -> None:
    log = await three_articles_each(house, "amina", "wiremu")

    found = await rebuild(house, [*log, *reversed(log)], dry=True)

    assert (found.compared, found.different) == (2, 0)


async def test_a_lost_meter_is_put_back_and_what_was_read_stays_free(house: House) -> None:
    log = await three_articles_each(house, "amina", "wiremu")
    kept = await house.database["meters"].find({"reader_id": "wiremu"}).to_list()
    await house.database["meters"].delete_many({"reader_id": "amina"})

    dry = await rebuild(house, log, dry=True)
    lost = await house.database["meters"].count_documents({"reader_id": "amina"})
    await rebuild(house, log)

    assert (dry.different, lost) == (3, 0)
    assert {(found["reader"], found["kept"]) for found in dry.differences} == {("amina", None)}
    assert (await rebuild(house, log, dry=True)).different == 0
    assert await house.database["meters"].find({"reader_id": "wiremu"}).to_list() == kept
    words = [(await house.ask(name, cookie=house.cookie_of("amina"))).word for name in ARTICLES[:4]]
    assert [(word["state"], word["used"]) for word in words] == [("metered", 3)] * 3 + [("walled", 3)]
    assert [row["type"] for row in await house.said() if row["type"] == MeterAdvanced.type] == []


async def test_what_is_counted_while_the_log_is_read_stays(house: House) -> None:
    log = await three_articles_each(house, "amina")
    await house.ask(ARTICLES[0], cookie=house.cookie_of("wiremu"))
    await house.database["meters"].update_one({"reader_id": "amina"}, {"$pop": {"articles": -1}})

    found = await rebuild(house, log)

    amina, wiremu = await house.database["meters"].find().sort("reader_id", 1).to_list()
    assert [counted["id"] for counted in amina["articles"]] == list(ARTICLES[:3])
    assert [counted["id"] for counted in wiremu["articles"]] == [ARTICLES[0]]
    assert [(difference["reader"], difference["article"]) for difference in found.differences] == [
        ("amina", ARTICLES[0])
    ]


async def test_what_the_log_does_not_tell_is_reported_and_left(house: House) -> None:
    log = await three_articles_each(house, "amina")
    first = log[0].event
    assert isinstance(first, MeterAdvanced)
    strangers = [
        {"id": "from-nowhere", "at": first.advanced_at, "event": "nobody-said-so"},
        {"id": "from-before-the-log", "at": LONG_AGO, "event": "long-gone"},
    ]
    await house.database["meters"].update_one({}, {"$push": {"articles": {"$each": strangers}}})

    found = await rebuild(house, log)

    (document,) = await house.database["meters"].find().to_list()
    assert [(difference["article"], difference["log"]) for difference in found.differences] == [("from-nowhere", None)]
    assert {counted["id"] for counted in document["articles"]} == {*ARTICLES[:3], *(each["id"] for each in strangers)}


async def test_who_turned_out_to_be_whom_is_put_back_too(house: House) -> None:
    log = await three_articles_each(house, "somebody")
    linked = ReaderLinked(reader_id="somebody", member_id="amina", linked_at=house.deps.clock.now())
    log.append(Envelope(id="the-link", type=linked.type, key=linked.key, time=linked.linked_at, event=linked))

    found = await rebuild(house, log)

    links = await house.deps.neighbours.links(["somebody"])
    assert {difference["reader"] for difference in found.differences} == {"member:amina"}
    assert links["somebody"].member_id == "amina"
    meter = await house.database["meters"].find_one({"reader_id": "member:amina"})
    assert meter is not None
    assert [counted["id"] for counted in meter["articles"]] == list(ARTICLES[:3])
