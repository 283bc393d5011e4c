"""The meter: never more than the allowance, never twice for one article, and readers are never locked out by us."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from services.metering.model.rebuilding import meters_from
from shared.events.accounts import MemberJoined, MemberUpdated, MemberVerified, ReaderLinked
from shared.events.content import ArticleViewed
from shared.events.metering import MeterAdvanced
from shared.ids import new_id
from tests.doors import GATEWAY_KEY
from tests.services.metering.conftest import ARTICLES, NOON, House, article
from tests.support import assert_index_used


def reader(house: House) -> str:
    """The cookie of a reader who has read nothing yet."""
    return house.cookie_of(new_id())


def through_the_gateway(address: str) -> dict[str, str]:
    """The headers by which the gateway says where a request came from."""
    return {"x_plenary_client_address": address, "x_plenary_gateway_key": GATEWAY_KEY}


def unmetered(reader_id: str, article_id: str) -> ArticleViewed:
    return ArticleViewed(
        view_id=f"{reader_id}-{article_id}",
        reader_id=reader_id,
        article_id=article_id,
        access="unmetered",
        viewed_at=datetime.now(UTC),
    )


async def test_three_articles_are_let_in_and_the_fourth_meets_the_wall(house: House) -> None:
    cookie = reader(house)

    words = [(await house.ask(slug, cookie=cookie)).word for slug in ARTICLES[:4]]

    assert [(w["state"], w["used"], w["limit"], w["remaining"]) for w in words] == [
        ("metered", 1, 3, 2),
        ("metered", 2, 3, 1),
        ("metered", 3, 3, 0),
        ("walled", 3, 3, 0),
    ]
    assert words[3]["reason"] == "allowance-used"
    assert Counter(row["type"].split(".")[2] for row in await house.said()) == {"MeterAdvanced": 3, "PaywallHit": 1}


async def test_reading_again_is_free_also_when_the_allowance_is_used_up(house: House) -> None:
    cookie = reader(house)
    for slug in ARTICLES[:4]:
        await house.ask(slug, cookie=cookie)

    again = [(await house.ask(slug, cookie=cookie)).word for slug in (*ARTICLES[:4], ARTICLES[3])]

    assert [w["state"] for w in again] == ["metered", "metered", "metered", "walled", "walled"]
    assert not any(w["new"] for w in again)
    assert len(await house.said()) == 4


async def test_a_hundred_first_reads_at_once_grant_exactly_three(house: House) -> None:
    cookie = reader(house)

    asked = await asyncio.gather(*(house.ask(ARTICLES[n % 10], cookie=cookie) for n in range(100)))

    granted = {a.word["article"] for a in asked if a.word["state"] == "metered"}
    assert len(granted) == 3
    assert {a.word["article"] for a in asked if a.word["state"] == "walled"} == set(ARTICLES) - granted
    advanced = [row["data"] for row in await house.said() if "MeterAdvanced" in row["type"]]
    assert sorted(data["used"] for data in advanced if data) == [1, 2, 3]


async def test_a_new_reader_gets_a_cookie_that_scripts_cannot_read(house: House) -> None:
    asked = await house.ask(ARTICLES[0])

    assert asked.cookie
    assert "HttpOnly" in asked.set_cookie
    assert "SameSite=Lax" in asked.set_cookie
    again = await house.ask(ARTICLES[1], cookie=asked.cookie)
    assert (again.word["used"], again.cookie, again.word["reader"]) == (2, None, asked.word["reader"])


async def test_a_forged_cookie_is_a_new_reader_and_no_error(house: House) -> None:
    for forged in ("nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."):
        asked = await house.ask(ARTICLES[0], cookie=forged)
        assert asked.cookie
        assert asked.word["used"] == 1


async def test_head_and_prefetch_show_nothing_and_count_nothing(house: House) -> None:
    cookie = reader(house)

    headed = await house.ask(ARTICLES[0], cookie=cookie, method="HEAD")
    fetched = await house.ask(ARTICLES[0], cookie=cookie, sec_purpose="prefetch;prerender")

    assert headed.word["state"] == fetched.word["state"] == "peek"
    assert await house.database["meters"].count_documents({}) == 0


async def test_an_old_slug_counts_as_the_same_article(house: House) -> None:
    cookie = reader(house)
    await house.ask("article-0", cookie=cookie)
    await house.hear(article("article-0", slug="renamed", revision=2))

    renamed = await house.ask("renamed", cookie=cookie)
    old = await house.ask("article-0", cookie=cookie)

    assert (renamed.word["used"], old.word["used"]) == (1, 1)


async def test_what_an_article_is_is_believed_for_a_moment_but_not_that_there_is_none(house: House) -> None:
    unknown = (await house.ask("just-published", cookie=reader(house))).word
    await house.database["articles"].insert_one(
        {"_id": "just-published", "slugs": ["just-published"], "exempt": True, "gone": False, "revision": 1}
    )
    exempt = (await house.ask("just-published", cookie=reader(house))).word
    await house.database["articles"].update_one({"_id": "just-published"}, {"$set": {"exempt": False}})

    believed = (await house.ask("just-published", cookie=reader(house))).word
    house.deps.neighbours._known.clear()  # The moment has passed.
    metered = (await house.ask("just-published", cookie=reader(house))).word

    states = [word["state"] for word in (unknown, exempt, believed, metered)]
    assert states == ["unknown-article", "exempt", "exempt", "metered"]


async def test_an_article_not_heard_of_yet_is_let_through_to_be_counted_later(house: House) -> None:
    asked = await house.ask("just-published")

    assert (asked.word["state"], asked.word["article"]) == ("unknown-article", None)


async def test_officials_and_members_read_without_limit_and_a_revocation_restores_the_meter(house: House) -> None:
    headers = house.issuer.headers("amina", standing="official")

    free = [(await house.ask(slug, authorization=headers["Authorization"])).word for slug in ARTICLES]
    later = datetime.now(UTC) + timedelta(seconds=5)
    await house.hear(MemberUpdated(member_id="amina", standing="pending", updated_at=later, revision=2))
    metered = (await house.ask(ARTICLES[0], authorization=headers["Authorization"])).word

    assert {w["state"] for w in free} == {"unlimited"}
    assert (metered["state"], metered["used"]) == ("metered", 1)


async def test_a_pending_member_is_metered_until_verified_and_then_unlimited_at_once(house: House) -> None:
    headers = house.issuer.headers("wiremu", standing="pending")["Authorization"]

    before = (await house.ask(ARTICLES[0], authorization=headers)).word
    now = datetime.now(UTC) + timedelta(seconds=5)
    verified = MemberVerified(
        member_id="wiremu", verified_at=now, verified_until=now + timedelta(days=365), rule="govt.nz", list_version=1
    )
    await house.hear(verified)
    after = (await house.ask(ARTICLES[1], authorization=headers)).word

    assert (before["state"], after["state"]) == ("metered", "unlimited")


async def test_linking_unites_what_was_read_and_twice_is_once(house: House) -> None:
    cookie = reader(house)
    headers = house.issuer.headers("wiremu", standing="pending")["Authorization"]
    for slug in ARTICLES[:4]:
        anonymous = (await house.ask(slug, cookie=cookie)).word
    await house.ask(ARTICLES[0], authorization=headers)
    linked = ReaderLinked(member_id="wiremu", reader_id=anonymous["reader"], linked_at=datetime.now(UTC))

    await house.hear(linked)
    await house.hear(linked)
    word = (await house.ask(ARTICLES[1], authorization=headers)).word

    assert (word["state"], word["used"]) == ("metered", 3)


async def test_a_reader_who_joins_after_meeting_the_wall_is_told_of_once(house: House) -> None:
    cookie = reader(house)
    for slug in ARTICLES[:4]:
        anonymous = (await house.ask(slug, cookie=cookie)).word
    joined = MemberJoined(
        member_id="wiremu", joined_at=datetime.now(UTC), standing="pending", country="NZ", reader_id=anonymous["reader"]
    )

    await house.hear(joined, id="the-joining")
    await house.hear(joined, id="the-joining")

    (told,) = [row["data"] for row in await house.said() if "WalledReaderJoined" in row["type"]]
    assert told["article_id"] == ARTICLES[3]


async def test_views_given_while_metering_was_away_are_counted_afterwards(house: House) -> None:
    cookie = reader(house)
    known = (await house.ask(ARTICLES[0], cookie=cookie)).word["reader"]

    await house.hear(*(unmetered(known, name) for name in ARTICLES[:5]))
    word = (await house.ask(ARTICLES[6], cookie=cookie)).word

    assert (word["state"], word["used"], word["remaining"]) == ("walled", 5, 0)


async def test_a_view_that_was_counted_when_it_was_given_is_none_of_the_inboxs_business(house: House) -> None:
    await house.hear(unmetered("reader", ARTICLES[0]).model_copy(update={"access": "metered"}))

    assert await house.database["meters"].find_one({"reader_id": "reader"}) is None
    assert await house.database["inbox"].find_one({"type": ArticleViewed.type}) is None


async def test_who_asks_alone_is_judged_like_who_asks_among_many(house: House) -> None:
    alone, among = reader(house), reader(house)
    others = [reader(house) for _ in range(20)]

    one = [(await house.ask(slug, cookie=alone)).word for slug in (*ARTICLES[:4], ARTICLES[0])]
    many = []
    for slug in (*ARTICLES[:4], ARTICLES[0]):
        asked = await asyncio.gather(*(house.ask(slug, cookie=cookie) for cookie in (among, *others)))
        many.append(asked[0].word)

    told = ("state", "used", "limit", "remaining", "reason", "resets_at", "new")
    assert [[word[name] for name in told] for word in one] == [[word[name] for name in told] for word in many]


async def test_a_view_replayed_doubled_and_shuffled_changes_nothing(house: House) -> None:
    views = [unmetered("reader", name) for name in ARTICLES[:5]] * 3
    random.Random(5).shuffle(views)  # noqa: S311 - a shuffled order, the same each time

    for view in views:
        await house.hear(view, id=view.view_id)
        await house.hear(view)

    (document,) = await house.database["meters"].find({"reader_id": "reader"}).to_list()
    assert sorted(counted["id"] for counted in document["articles"]) == list(ARTICLES[:5])
    assert len(await house.said()) == 5


async def test_the_meters_rebuilt_from_the_log_are_equal(house: House) -> None:
    cookies = [reader(house) for _ in range(3)]
    await asyncio.gather(*(house.ask(slug, cookie=cookie) for slug in ARTICLES for cookie in cookies))
    said = [row for row in await house.said() if "MeterAdvanced" in row["type"]]
    log = [(row["id"], MeterAdvanced.model_validate(row["data"])) for row in said]
    random.Random(7).shuffle(log)  # noqa: S311

    rebuilt = meters_from(log * 2)

    stored = await house.database["meters"].find({}).to_list()
    assert {key: {c.id for c in counted} for key, counted in rebuilt.items()} == {
        (d["reader_id"], d["window"]): {c["id"] for c in d["articles"]} for d in stored
    }


async def test_too_many_fresh_readers_from_one_network_are_asked_to_register(house: House) -> None:
    house.deps.settings.__dict__["fresh_readers_per_network"] = 2
    near = [await house.ask(ARTICLES[0], **through_the_gateway(f"192.0.2.{n}")) for n in (1, 2, 3)]
    far = await house.ask(ARTICLES[0], **through_the_gateway("198.51.100.7"))
    unvouched = await house.ask(ARTICLES[0], x_plenary_client_address="198.51.100.8", x_plenary_gateway_key="a guess")

    assert [a.word["state"] for a in near] == ["metered", "metered", "walled"]
    assert near[2].word["reason"] == "registration-required"
    assert near[2].cookie is None
    assert far.word["state"] == "metered"
    assert unvouched.word["state"] == "metered"
    documents = await house.database["networks"].find({}).to_list()
    assert "192.0.2" not in str(documents)


async def test_the_reader_is_told_why(house: House) -> None:
    cookie = reader(house)
    for slug in ARTICLES[:3]:
        await house.ask(slug, cookie=cookie)

    house.client.cookies.clear()
    answer = await house.client.get("/v1/meter", headers={"cookie": f"plenary_reader={cookie}"})

    meter = answer.json()
    assert (meter["state"], meter["used"], meter["remaining"]) == ("walled", 3, 0)
    assert [a["slug"] for a in meter["articles"]] == list(ARTICLES[:3])
    assert meter["policy"]["version"] == 1
    assert meter["policy"]["rule"] == "3 articles in a calendar month (Etc/UTC)"


async def test_policies_are_for_administrators_and_refuse_what_cannot_be(house: House) -> None:
    admin = house.issuer.headers("root", roles=["admin"])
    bad = [
        {"limit": -1},
        {"limit": 3, "zone": "Mars/Olympus"},
        {"limit": 3, "kind": "rolling-days"},
        {"limit": 3, "starts_at": NOON.replace(year=2001).isoformat()},
    ]

    refused = [await house.client.post("/v1/policies", json=body, headers=admin) for body in bad]
    by_member = await house.client.post("/v1/policies", json={"limit": 5}, headers=house.issuer.headers("amina"))
    made = await house.client.post("/v1/policies", json={"limit": 1}, headers=admin)
    word = (await house.ask(ARTICLES[0])).word

    assert [answer.status_code for answer in refused] == [422] * 4
    assert by_member.status_code == 403
    assert (made.status_code, made.json()["version"]) == (201, 2)
    assert (word["limit"], word["remaining"]) == (1, 0)


async def test_rolling_days_give_back_what_is_old(house: House) -> None:
    admin = house.issuer.headers("root", roles=["admin"])
    rolling = {"limit": 1, "kind": "rolling-days", "days": 7}
    await house.client.post("/v1/policies", json=rolling, headers=admin)
    cookie = reader(house)
    await house.ask(ARTICLES[0], cookie=cookie)
    walled = (await house.ask(ARTICLES[1], cookie=cookie)).word

    eight_days_ago = datetime.now(UTC) - timedelta(days=8)
    await house.database["meters"].update_many({}, {"$set": {"articles.$[].at": eight_days_ago}})
    free_again = (await house.ask(ARTICLES[1], cookie=cookie)).word

    assert (walled["state"], walled["resets_at"] is not None) == ("walled", True)
    assert (free_again["state"], free_again["used"]) == ("metered", 1)


async def test_what_is_asked_often_is_found_by_an_index(house: House) -> None:
    await house.ask(ARTICLES[0])

    await assert_index_used(house.database["articles"].find({"slugs": "article-0", "gone": {"$ne": True}}))
    await assert_index_used(house.database["meters"].find({"_id": {"$in": ["a|b"]}}))
    await assert_index_used(house.database["meters"].find({"reader_id": "x"}))
