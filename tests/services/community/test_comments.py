from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.community.store.comments import CommentStore
from shared.events.accounts import ContactChanged, MemberUpdated
from tests.doors import a_key
from tests.services.community.conftest import NOON, House
from tests.support import assert_index_used


async def test_a_member_comments_and_everybody_reads_it(house: House) -> None:
    await house.comment("amina", "Openness begins with **plain words**.")

    (comment,) = await house.thread()

    assert comment["html"] == "<p>Openness begins with <strong>plain words</strong>.</p>"
    assert comment["author"] == {
        "id": "amina",
        "name": "Amina Odhiambo",
        "organisation": None,
        "job_title": None,
        "official": True,
        "staff": False,
    }
    assert comment["body"] is None
    assert await house.said("comments") == ["CommentPosted"]


async def test_an_anonymous_reader_is_asked_to_log_in_or_join(house: House) -> None:
    answer = await house.client.post("/v1/comments", json={"article_id": "openness", "body": "Hello"})

    assert answer.status_code == 401
    assert answer.json()["type"].endswith("/not-signed-in")
    assert await house.thread() == []


async def test_a_retry_with_the_same_key_makes_one_comment(house: House) -> None:
    draft = {"article_id": "openness", "body": "Only once, please."}
    headers = house.signed_in("amina") | a_key()

    first = await house.client.post("/v1/comments", json=draft, headers=headers)
    again = await house.client.post("/v1/comments", json=draft, headers=headers)
    other = await house.client.post("/v1/comments", json=draft | {"body": "Something else"}, headers=headers)

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert other.status_code == 422
    assert other.json()["type"].endswith("/idempotency-key-reused")
    assert len(await house.thread()) == 1
    assert await house.said("comments") == ["CommentPosted"]


async def test_fifty_retries_at_once_make_one_comment(house: House) -> None:
    draft = {"article_id": "openness", "body": "Only once, please."}
    headers = house.signed_in("amina") | a_key()

    answers = await asyncio.gather(*(house.client.post("/v1/comments", json=draft, headers=headers) for _ in range(50)))

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert len(await house.thread()) == 1


async def test_replies_stand_under_what_they_reply_to(house: House) -> None:
    first = await house.comment("amina", "First")
    second = await house.comment("wiremu", "Second")
    reply = await house.comment("ingrid", "To the first", parent=first["id"])
    deeper = await house.comment("amina", "To the reply", parent=reply["id"])

    oldest = await house.thread(order="oldest")
    newest = await house.thread(order="newest")

    assert [c["id"] for c in oldest] == [first["id"], reply["id"], deeper["id"], second["id"]]
    assert [c["id"] for c in newest] == [second["id"], first["id"], reply["id"], deeper["id"]]
    assert [c["depth"] for c in oldest] == [0, 1, 2, 0]


async def test_the_event_of_a_reply_names_whom_it_answers(house: House) -> None:
    first = await house.comment("amina", "First")
    reply = await house.comment("wiremu", "Reply", parent=first["id"])

    document = await house.database["comments"].find_one({"_id": reply["id"]})

    assert document
    assert document["outbox"][0]["data"]["parent_author_id"] == "amina"


async def test_the_most_helpful_come_first_and_a_member_counts_once(house: House) -> None:
    await house.comment("amina", "Fine")
    useful = await house.comment("wiremu", "Useful")
    path = f"/v1/comments/{useful['id']}/helpful"

    for member in ("amina", "amina", "ingrid"):
        assert (await house.client.put(path, headers=house.signed_in(member))).status_code == 200
    by_help = await house.thread(order="helpful")
    withdrawn = await house.client.delete(path, headers=house.signed_in("ingrid"))

    assert (by_help[0]["id"], by_help[0]["helpful"]) == (useful["id"], 2)
    assert withdrawn.json()["helpful"] == 1


@pytest.mark.parametrize("order", ["oldest", "newest", "helpful"])
async def test_pages_follow_one_another_without_gap_or_repetition(house: House, order: str) -> None:
    house.deps.settings.__dict__["comments_per_window"] = 1000
    for number in range(7):
        comment = await house.comment("amina", f"Number {number}")
        await house.comment("wiremu", "A reply", parent=comment["id"])
    whole = [c["id"] for c in await house.thread(order=order, limit=100)]

    seen: list[str] = []
    url: str | None = f"/v1/comments?article=openness&order={order}&limit=4"
    while url:
        answer = await house.client.get(url)
        seen += [c["id"] for c in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url")

    assert seen == whole
    assert len(seen) == 14


async def test_a_chain_of_replies_without_end_is_read_to_its_end(house: House) -> None:
    house.deps.settings.__dict__["comments_per_window"] = 1000
    chain: list[str] = []
    for number in range(60):
        chain.append((await house.comment("amina", f"{number}", parent=chain[-1] if chain else None))["id"])

    seen: list[dict[str, Any]] = []
    url: str | None = "/v1/comments?article=openness&limit=7"
    while url:
        answer = await house.client.get(url)
        assert answer.status_code == 200, answer.text
        seen += answer.json()["items"]
        url = answer.links.get("next", {}).get("url")

    assert [comment["id"] for comment in seen] == chain
    assert [comment["parent_id"] for comment in seen[1:]] == chain[:-1]
    assert max(comment["depth"] for comment in seen) == 10


async def test_a_bomb_of_replies_at_once_is_no_more_than_the_rate_lets_through(house: House) -> None:
    first = await house.comment("wiremu", "It begins with plain words.")
    reply = {"article_id": "openness", "body": "And ends with them.", "parent_id": first["id"]}

    answers = await asyncio.gather(
        *(house.client.post("/v1/comments", json=reply, headers=house.signed_in("amina")) for _ in range(100))
    )

    taken = Counter(answer.status_code for answer in answers)
    assert taken.keys() == {201, 429}
    assert taken[201] <= 20
    assert len(await house.thread(limit=100)) == 1 + taken[201]


async def test_an_altered_cursor_is_refused(house: House) -> None:
    for number in range(3):
        await house.comment("amina", f"Number {number}")
    page = (await house.client.get("/v1/comments?article=openness&limit=1")).json()

    foreign = await house.client.get(f"/v1/comments?article=bus-lanes&limit=1&cursor={page['next']}")
    altered = await house.client.get(f"/v1/comments?article=openness&limit=1&cursor=x{page['next'][1:]}")

    assert {foreign.status_code, altered.status_code} == {400}
    assert altered.json()["type"].endswith("/cursor-invalid")


@pytest.mark.parametrize(
    ("draft", "status", "slug"),
    [
        ({"article_id": "unheard-of", "body": "Hello"}, 404, "article-unknown"),
        ({"article_id": "openness", "parent_id": "nobody", "body": "Hello"}, 404, "parent-not-found"),
        ({"article_id": "openness", "body": ""}, 422, "validation-failed"),
        ({"article_id": "openness", "body": "<!-- -->"}, 201, ""),
        ({"article_id": "openness", "body": "[x]: https://example.org"}, 422, "comment-empty"),
        ({"article_id": "openness", "body": "a" * 5_001}, 422, "validation-failed"),
        ({"article_id": "openness", "body": "a\u202eb"}, 422, "validation-failed"),
        ({"article_id": "openness", "body": "a" + "\u0301" * 60}, 422, "validation-failed"),
        ({"article_id": {"$gt": ""}, "body": "Hello"}, 422, "validation-failed"),
        ({"article_id": "openness", "body": "Hello", "author_id": "ingrid"}, 422, "validation-failed"),
    ],
)
async def test_what_cannot_be_a_comment_is_refused(house: House, draft: dict[str, Any], status: int, slug: str) -> None:
    answer = await house.client.post("/v1/comments", json=draft, headers=house.signed_in("amina"))

    assert answer.status_code == status
    if slug:
        assert answer.json()["type"].endswith(f"/{slug}")
        assert await house.thread() == []


async def test_a_reply_belongs_under_the_same_article(house: House) -> None:
    first = await house.comment("amina", "First")
    draft = {"article_id": "bus-lanes", "parent_id": first["id"], "body": "Elsewhere"}

    answer = await house.client.post("/v1/comments", json=draft, headers=house.signed_in("wiremu"))

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/parent-elsewhere")


async def test_a_suspended_member_reads_but_does_not_write(house: House) -> None:
    until = datetime.now(UTC) + timedelta(days=3)
    await house.hear(
        MemberUpdated(member_id="wiremu", standing="member", suspended_until=until, updated_at=NOON, revision=5)
    )
    draft = {"article_id": "openness", "body": "Let me in"}

    refused = await house.client.post("/v1/comments", json=draft, headers=house.signed_in("wiremu"))

    assert refused.status_code == 403
    assert refused.json()["type"].endswith("/suspended")
    assert await house.thread() == []


async def test_only_the_author_edits_within_the_window_and_history_is_kept(house: House) -> None:
    comment = await house.comment("amina", "Frist")
    path, tag = f"/v1/comments/{comment['id']}", {"If-Match": '"0"'}

    by_other = await house.client.patch(path, json={"body": "Mine"}, headers=house.signed_in("wiremu") | tag)
    blind = await house.client.patch(path, json={"body": "First"}, headers=house.signed_in("amina"))
    edited = await house.client.patch(path, json={"body": "First"}, headers=house.signed_in("amina") | tag)
    stale = await house.client.patch(path, json={"body": "Again"}, headers=house.signed_in("amina") | tag)

    assert [by_other.status_code, blind.status_code, edited.status_code, stale.status_code] == [404, 428, 200, 412]
    assert edited.headers["ETag"] == '"1"'
    document = await house.database["comments"].find_one({"_id": comment["id"]})
    assert document
    assert [earlier["body"] for earlier in document["history"]] == ["Frist"]


async def test_after_the_window_words_stay(house: House) -> None:
    comment = await house.comment("amina", "First")
    past = datetime.now(UTC) - timedelta(minutes=16)
    await house.database["comments"].update_one({"_id": comment["id"]}, {"$set": {"posted_at": past}})
    headers = house.signed_in("amina") | {"If-Match": '"0"'}

    answer = await house.client.patch(f"/v1/comments/{comment['id']}", json={"body": "x"}, headers=headers)

    assert answer.status_code == 409
    assert answer.json()["type"].endswith("/edit-window-over")


async def test_a_comment_taken_back_leaves_its_place_to_the_replies(house: House) -> None:
    first = await house.comment("amina", "My secret plan")
    await house.comment("wiremu", "A reply", parent=first["id"])

    erased = await house.client.delete(f"/v1/comments/{first['id']}", headers=house.signed_in("amina"))
    by_other = await house.client.delete(f"/v1/comments/{first['id']}", headers=house.signed_in("wiremu"))
    place, reply = await house.thread()

    assert (erased.status_code, by_other.status_code) == (204, 404)
    assert (place["state"], place["html"], place["author"]) == ("erased", "", None)
    assert reply["parent_id"] == first["id"]
    document = await house.database["comments"].find_one({"_id": first["id"]})
    assert "secret" not in str(document)


async def test_writing_too_fast_is_slowed_down(house: House) -> None:
    for number in range(house.deps.settings.comments_per_window):
        await house.comment("amina", f"Number {number}")

    draft = {"article_id": "openness", "body": "One too many"}
    answer = await house.client.post("/v1/comments", json=draft, headers=house.signed_in("amina"))

    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 600
    await house.comment("wiremu", "Another member is not affected")


async def test_a_member_who_left_is_forgotten_by_name(house: House) -> None:
    await house.comment("amina", "Hello")

    await house.forget("amina")

    (comment,) = await house.thread()
    assert comment["author"]["name"] is None


async def test_reading_works_while_no_neighbour_can_be_asked(house: House) -> None:
    await house.comment("amina", "Hello")
    await house.database["members"].delete_many({})

    (comment,) = await house.thread()

    author = {"id": "amina", "name": None, "organisation": None, "job_title": None, "official": False, "staff": False}
    assert comment["author"] == author


@pytest.mark.parametrize("order", ["oldest", "newest", "helpful"])
async def test_every_page_is_read_from_an_index(house: House, order: Any) -> None:
    comment = await house.comment("amina", "Hello")
    store: CommentStore = house.deps.comments
    stored = await store.load(comment["id"])
    after = {"oldest": [stored.place], "newest": [stored.thread, stored.place], "helpful": [0, stored.place]}[order]

    await assert_index_used(store.page_cursor("openness", order, after=None).limit(50))
    await assert_index_used(store.page_cursor("openness", order, after=after).limit(50))


async def test_a_discussion_says_who_speaks_and_whether_it_is_closed_in_one_answer(house: House) -> None:
    contact = ContactChanged(
        contact_id="amina",
        email="amina@transport.go.ke",
        name="Amina Odhiambo",
        organisation="Ministry of Transport",
        job_title="Director of Open Data",
        revision=2,
    )
    await house.hear(contact)
    await house.comment("amina", "We publish the timetable.")
    await house.comment("ingrid", "Thank you all.")

    open_ = (await house.client.get("/v1/comments", params={"article": "openness"})).json()
    moderator = house.signed_in("noor", roles=["moderator"])
    await house.client.put("/v1/comments/threads/openness", json={"closed": True}, headers=moderator)
    closed = (await house.client.get("/v1/comments", params={"article": "openness"})).json()

    amina, ingrid = (comment["author"] for comment in open_["items"])
    assert (amina["name"], amina["organisation"]) == ("Amina Odhiambo", "Ministry of Transport")
    assert (amina["job_title"], amina["official"], amina["staff"]) == ("Director of Open Data", True, False)
    assert (ingrid["name"], ingrid["staff"]) == ("Ingrid Ek", True)
    assert (open_["closed"], closed["closed"]) == (False, True)


async def test_what_a_member_did_is_forgotten_with_their_name(house: House) -> None:
    await house.hear(
        ContactChanged(contact_id="wiremu", email="w@e.org", name="Wiremu", job_title="Planner", revision=2)
    )
    await house.comment("wiremu", "Kia ora.")

    await house.forget("wiremu")

    (comment,) = await house.thread()
    assert (comment["author"]["name"], comment["author"]["job_title"]) == (None, None)
