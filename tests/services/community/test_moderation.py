"""What moderators see and do: hidden comments, and discussions that are closed."""

from __future__ import annotations

from services.community.store.comments import CommentStore
from shared.events.content import ArticleArchived
from tests.services.community.conftest import NOON, House
from tests.support import assert_index_used


async def test_nobody_replies_to_what_was_taken_from_view(house: House) -> None:
    first = await house.comment("wiremu", "It begins with plain words.")
    hidden = await house.client.post(
        f"/v1/comments/{first['id']}/hide",
        json={"reason": "Not about openness."},
        headers=house.signed_in("moana", roles=["moderator"]),
    )

    reply = {"article_id": "openness", "body": "Why?", "parent_id": first["id"]}
    answer = await house.client.post("/v1/comments", json=reply, headers=house.signed_in("amina"))

    assert hidden.status_code == 200
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "comment-gone")


async def test_a_closed_or_archived_discussion_takes_no_more(house: House) -> None:
    moderator = house.signed_in("mod", roles=["moderator"])
    closed = await house.client.put("/v1/comments/threads/openness", json={"closed": True}, headers=moderator)
    await house.hear(ArticleArchived(article_id="bus-lanes", archived_at=NOON, revision=2))

    draft = {"article_id": "openness", "body": "Too late"}
    refused = await house.client.post("/v1/comments", json=draft, headers=house.signed_in("amina"))
    gone = await house.client.post(
        "/v1/comments", json=draft | {"article_id": "bus-lanes"}, headers=house.signed_in("amina")
    )

    assert closed.status_code == 204
    assert (refused.status_code, gone.status_code) == (409, 404)
    assert refused.json()["type"].endswith("/thread-closed")


async def test_a_moderator_hides_with_a_reason_that_the_author_sees(house: House) -> None:
    comment = await house.comment("wiremu", "Buy my book")
    moderator = house.signed_in("mod", roles=["moderator"])
    path = f"/v1/comments/{comment['id']}"

    by_member = await house.client.post(f"{path}/hide", json={"reason": "x"}, headers=house.signed_in("amina"))
    await house.client.post(f"{path}/hide", json={"reason": "Advertising"}, headers=moderator)
    again = await house.client.post(f"{path}/hide", json={"reason": "Advertising"}, headers=moderator)
    for_author = (await house.client.get(path, headers=house.signed_in("wiremu"))).json()
    for_reader = (await house.client.get(path)).json()
    restored = await house.client.post(f"{path}/restore", headers=moderator)

    assert by_member.status_code == 403
    assert again.status_code == 200
    assert (for_author["reason"], for_author["body"]) == ("Advertising", "Buy my book")
    assert (for_reader["state"], for_reader["html"], for_reader["reason"]) == ("hidden", "", None)
    assert restored.json()["state"] == "visible"
    assert await house.said("comments") == ["CommentPosted", "CommentHidden", "CommentPosted"]


async def test_a_moderator_looks_through_what_is_new_and_what_was_hidden(house: House) -> None:
    first, second, third = [await house.comment("wiremu", words) for words in ("Good", "Buy my book", "Thank you")]
    moderator = house.signed_in("mod", roles=["moderator"])
    path = "/v1/comments/moderation"
    await house.client.post(f"/v1/comments/{second['id']}/hide", json={"reason": "Advertising"}, headers=moderator)

    by_author = await house.client.get(path, headers=house.signed_in("wiremu"))
    page = (await house.client.get(path, params={"limit": 1}, headers=moderator)).json()
    rest = (await house.client.get(path, params={"limit": 1, "cursor": page["next"]}, headers=moderator)).json()
    (hidden,) = (await house.client.get(path, params={"state": "hidden"}, headers=moderator)).json()["items"]

    assert by_author.status_code == 403
    assert [each["id"] for each in (*page["items"], *rest["items"])] == [third["id"], first["id"]]
    assert rest["next"] is None
    assert (hidden["id"], hidden["reason"], hidden["html"]) == (second["id"], "Advertising", "<p>Buy my book</p>")
    assert hidden["article"]["slug"] == (await house.deps.neighbours.articles(["openness"]))["openness"].slug
    assert hidden["author"]["id"] == "wiremu"


async def test_what_moderators_look_through_is_read_from_an_index(house: House) -> None:
    comment = await house.comment("amina", "Hello")
    store: CommentStore = house.deps.comments
    stored = await store.load(comment["id"])

    await assert_index_used(store.latest_cursor("visible", after=None).limit(50))
    await assert_index_used(store.latest_cursor("visible", after=[stored.posted_at, stored.id]).limit(50))
