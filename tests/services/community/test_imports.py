"""A discussion moves in from another archive: with its people and its dates, once, and without a mail."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.services.community.conftest import House

JULY_2017 = "2017-07-15T06:00:00Z"


def a_comment(**fields: Any) -> dict[str, Any]:
    usual = {
        "external_id": "wp-77",
        "article_id": "openness",
        "author_id": "amina",
        "body": "We tried this in **Nairobi**.",
        "posted_at": JULY_2017,
    }
    return usual | fields


def a_suggestion(**fields: Any) -> dict[str, Any]:
    usual = {
        "external_id": "idea-5",
        "title": "How Nairobi made room for buses",
        "topics": ["transport"],
        "submitter_id": "wiremu",
        "suggested_at": JULY_2017,
        "supporters": ["amina"],
        "moves": [
            {"state": "triaged", "by": "ingrid", "at": "2017-07-16T06:00:00Z"},
            {"state": "declined", "by": "ingrid", "at": "2017-07-20T06:00:00Z", "reason": "We have just had one."},
        ],
    }
    return usual | fields


async def bring(house: House, what: str, body: dict[str, Any], *, by: str = "esther", role: str = "admin") -> Any:
    return await house.client.post(f"/v1/imports/{what}", json=body, headers=house.signed_in(by, roles=[role]))


async def test_a_comment_keeps_its_author_its_date_and_who_found_it_helpful(house: House) -> None:
    answer = await bring(house, "comments", a_comment(helpful_to=["wiremu", "ingrid", "wiremu"]))

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/comments/{answer.json()['id']}"
    (comment,) = await house.thread()
    assert (comment["author"]["name"], comment["posted_at"], comment["helpful"]) == ("Amina Odhiambo", JULY_2017, 2)
    assert comment["html"] == "<p>We tried this in <strong>Nairobi</strong>.</p>"


async def test_a_reply_stands_below_what_it_answers_and_nobody_is_told(house: House) -> None:
    first = (await bring(house, "comments", a_comment())).json()
    reply = a_comment(
        external_id="wp-78", author_id="wiremu", parent_id=first["id"], posted_at="2017-07-16T06:00:00Z", body="And?"
    )

    answer = await bring(house, "comments", reply)

    assert answer.status_code == 201
    assert [(comment["depth"], comment["parent_id"]) for comment in await house.thread()] == [
        (0, None),
        (1, first["id"]),
    ]
    document = await house.database["comments"].find_one({"_id": answer.json()["id"]})
    assert document
    (said,) = [row["data"] for row in document["outbox"]]
    assert (said["parent_id"], said["parent_author_id"]) == (first["id"], None)


async def test_the_same_comment_again_is_the_one_there_is_even_once_hidden(house: House) -> None:
    answers = await asyncio.gather(*(bring(house, "comments", a_comment()) for _ in range(5)))
    (id_,) = {answer.json()["id"] for answer in answers}
    await house.client.post(
        f"/v1/comments/{id_}/hide", json={"reason": "Off topic."}, headers=house.signed_in("noor", roles=["moderator"])
    )

    again = await bring(house, "comments", a_comment(body="Written anew."))

    assert {answer.status_code for answer in answers} == {201}
    assert (again.status_code, again.json()["id"], again.json()["state"]) == (201, id_, "hidden")
    assert await house.database["comments"].count_documents({}) == 1
    assert await house.said("comments") == ["CommentPosted", "CommentHidden"]


async def test_a_closed_discussion_takes_what_was_written_before(house: House) -> None:
    headers = house.signed_in("noor", roles=["moderator"])
    await house.client.put("/v1/comments/threads/openness", json={"closed": True}, headers=headers)

    answer = await bring(house, "comments", a_comment())

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("fields", "status", "slug"),
    [
        ({"article_id": "nowhere"}, 404, "article-unknown"),
        ({"author_id": "nobody"}, 422, "member-unknown"),
        ({"helpful_to": ["nobody"]}, 422, "member-unknown"),
        ({"parent_id": "nothing"}, 404, "parent-not-found"),
        ({"posted_at": "2999-01-01T00:00:00Z"}, 422, "still-to-come"),
        ({"posted_at": "2017-07-15T06:00:00"}, 422, "validation-failed"),
        ({"body": "[nothing]: https://example.org"}, 422, "comment-empty"),
        ({"external_id": ""}, 422, "validation-failed"),
    ],
)
async def test_a_comment_that_cannot_have_been_is_refused(
    house: House, fields: dict[str, Any], status: int, slug: str
) -> None:
    answer = await bring(house, "comments", a_comment(**fields))

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, slug)
    assert await house.database["comments"].count_documents({}) == 0


async def test_a_reply_under_another_article_is_refused(house: House) -> None:
    first = (await bring(house, "comments", a_comment())).json()

    answer = await bring(
        house, "comments", a_comment(external_id="wp-78", article_id="bus-lanes", parent_id=first["id"])
    )

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "parent-elsewhere")


async def test_a_suggestion_keeps_its_supporters_and_how_far_it_got(house: House) -> None:
    answer = await bring(house, "suggestions", a_suggestion())

    assert answer.status_code == 201
    suggestion = answer.json()
    assert (suggestion["state"], suggestion["support"], suggestion["suggested_at"]) == ("declined", 2, JULY_2017)
    assert [(step["state"], step["reason"]) for step in suggestion["moves"]] == [
        ("triaged", None),
        ("declined", "We have just had one."),
    ]
    assert suggestion["manager"] == {"id": "ingrid", "name": "Ingrid Ek"}
    assert await house.said("suggestions") == ["TopicSuggested"]


async def test_the_same_suggestion_again_undoes_nothing(house: House) -> None:
    first = (await bring(house, "suggestions", a_suggestion(moves=[]))).json()
    manager = house.signed_in("ingrid", roles=["community_manager"])
    await house.client.post(f"/v1/suggestions/{first['id']}/moves", json={"state": "triaged"}, headers=manager)

    again = (await bring(house, "suggestions", a_suggestion(moves=[]))).json()

    assert (again["id"], again["state"]) == (first["id"], "triaged")


async def test_a_suggestion_may_have_led_to_a_webinar(house: House) -> None:
    steps = [
        {"state": "triaged", "by": "ingrid", "at": "2017-07-16T06:00:00Z"},
        {"state": "planned", "by": "ingrid", "at": "2017-07-17T06:00:00Z"},
        {"state": "scheduled", "by": "ingrid", "at": "2017-07-18T06:00:00Z", "webinar_id": "asia-pacific"},
    ]

    suggestion = (await bring(house, "suggestions", a_suggestion(moves=steps))).json()

    assert (suggestion["state"], suggestion["webinar_id"]) == ("scheduled", "asia-pacific")


def step(state: str, at: str = "2017-07-16T06:00:00Z", **more: str) -> dict[str, str]:
    return {"state": state, "by": "ingrid", "at": at, **more}


@pytest.mark.parametrize(
    ("fields", "status", "slug"),
    [
        ({"submitter_id": "nobody"}, 422, "member-unknown"),
        ({"supporters": ["nobody"]}, 422, "member-unknown"),
        ({"moves": [step("triaged") | {"by": "nobody"}]}, 422, "member-unknown"),
        ({"moves": [step("planned")]}, 409, "illegal-move"),
        ({"moves": [step("declined")]}, 422, "reason-missing"),
        ({"moves": [step("triaged"), step("declined", "2017-07-15T12:00:00Z", reason="No.")]}, 422, "out-of-order"),
        ({"moves": [step("triaged", "2017-07-14T06:00:00Z")]}, 422, "out-of-order"),
        ({"moves": [step("triaged", "2999-01-01T00:00:00Z")]}, 422, "still-to-come"),
        ({"moves": [step("scheduled", webinar_id="nothing")]}, 422, "webinar-unknown"),
        ({"suggested_at": "2999-01-01T00:00:00Z", "moves": []}, 422, "still-to-come"),
    ],
)
async def test_a_suggestion_that_cannot_have_been_is_refused(
    house: House, fields: dict[str, Any], status: int, slug: str
) -> None:
    answer = await bring(house, "suggestions", a_suggestion(**fields))

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, slug)
    assert await house.database["suggestions"].count_documents({}) == 0


@pytest.mark.parametrize(("what", "body"), [("comments", a_comment()), ("suggestions", a_suggestion())])
@pytest.mark.parametrize("role", ["editor", "moderator", "community_manager"])
async def test_only_administrators_put_words_into_mouths(
    house: House, what: str, body: dict[str, Any], role: str
) -> None:
    answer = await bring(house, what, body, by="amina", role=role)

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "forbidden")
