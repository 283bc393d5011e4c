"""One click stops one kind of mail, and only for whom the link was made (RFC 8058)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from services.notifications.errors import UnsubscribeTokenInvalid
from services.notifications.unsubscribing import UnsubscribeTokens, Unsubscription
from tests.services.notifications.conftest import House
from tests.services.notifications.world import DAY, HOUR, START, article, contact, proof, registered, reply, webinar

FORM = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def link(house: House) -> str:
    """The path that the mail about a reply says to post to."""
    await house.hear(contact(), article(), reply())
    await house.send_due()
    header = str(house.post.only.message["List-Unsubscribe"])
    found = re.fullmatch(r"<https://plenary\.test(/v1/unsubscribe/[\w.-]+)>", header)
    assert found, header
    house.post.mails.clear()
    return found[1]


async def test_the_mail_says_how_to_unsubscribe_with_one_click(house: House) -> None:
    await house.hear(contact(), article(), reply())

    await house.send_due()

    mail = house.post.only
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = str(mail.message["List-Unsubscribe"]).strip("<>").rsplit("/", 1)[1]
    assert f"https://plenary.test/unsubscribe/{token}" in mail.text
    assert f"https://plenary.test/unsubscribe/{token}" in mail.html


@pytest.mark.parametrize("name", ["Aroha Ngata", "Ārohā Ngāta"])
async def test_mail_programs_find_the_address_as_it_is_whatever_else_must_be_encoded(house: House, name: str) -> None:
    await house.hear(contact(name=name), article(title="What openness means – and costs"), reply())

    await house.send_due()

    head = house.post.only.content.split(b"\r\n\r\n")[0].split(b"\r\n")
    (line,) = [line for line in head if line.lower().startswith(b"list-unsubscribe:")]
    assert re.fullmatch(rb"List-Unsubscribe: <https://plenary\.test/v1/unsubscribe/[\w.-]+>", line)
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head


async def test_one_click_stops_this_kind_of_mail_and_no_other(house: House, link: str) -> None:
    answer = await house.client.post(link, data=FORM)

    assert answer.status_code == 200
    assert answer.json() == {"purpose": "comment-reply", "unsubscribed": True}
    await house.hear(reply("another"), webinar(), registered())
    await house.send_due()
    assert [mail.subject.split(":")[0] for mail in house.post.mails] == ["You have a place"]
    assert (await house.messages("comment-reply"))[-1].reason == "the recipient has turned it off"


async def test_the_click_may_come_as_multipart_too(house: House, link: str) -> None:
    answer = await house.client.post(link, files={"List-Unsubscribe": (None, "One-Click")})

    assert answer.json()["unsubscribed"] is True


async def test_a_second_click_is_as_good_as_the_first(house: House, link: str) -> None:
    await house.client.post(link, data=FORM)

    answer = await house.client.post(link, data=FORM)

    assert answer.status_code == 200
    assert (await house.deps.preferences.of("aroha")).version == 1


async def test_following_the_link_changes_nothing_and_shows_how_things_stand(house: House, link: str) -> None:
    for _ in range(3):
        before = await house.client.get(link)
    after_head = await house.client.head(link)

    assert before.json() == {"purpose": "comment-reply", "unsubscribed": False}
    assert before.headers["Cache-Control"] == "no-store"
    assert after_head.status_code in {200, 405}
    await house.client.post(link, data=FORM)
    assert (await house.client.get(link)).json()["unsubscribed"] is True


@pytest.mark.parametrize("form", [{}, {"List-Unsubscribe": "Two-Clicks"}, {"other": "One-Click"}])
async def test_a_post_without_the_words_changes_nothing(house: House, link: str, form: dict[str, str]) -> None:
    answer = await house.client.post(link, data=form)

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/one-click-missing")
    assert (await house.client.get(link)).json()["unsubscribed"] is False


async def test_json_is_not_what_mail_programs_send(house: House, link: str) -> None:
    answer = await house.client.post(link, json=FORM)

    assert answer.status_code == 415


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "forge",
    [
        lambda _token: "x",
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: token.split(".")[0] + ".",
        lambda token: "." + token.split(".")[1],
        lambda token: "aW5ncmlkL2NvbW1lbnQtcmVwbHk." + token.split(".")[1],
        lambda token: token + "=",
        lambda _token: "ü.ü",
    ],
)
async def test_a_forged_link_is_refused(house: House, link: str, method: str, forge: Callable[[str], str]) -> None:
    token = forge(link.rsplit("/", 1)[1])

    path = f"/v1/unsubscribe/{token}"
    answer = await (house.client.post(path, data=FORM) if method == "POST" else house.client.get(path))

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("/unsubscribe-token-invalid")
    assert await house.database["preferences"].count_documents({}) == 0


async def test_the_link_names_no_person(link: str) -> None:
    assert "Ngata" not in link
    assert "treasury" not in link


async def test_mail_that_cannot_be_turned_off_offers_no_such_link(house: House) -> None:
    await house.hear(contact(), proof(), webinar(), registered())

    await house.send_due()

    assert len(house.post.mails) == 2
    for mail in house.post.mails:
        assert mail.message["List-Unsubscribe"] is None
        assert "unsubscribe" not in mail.text


async def test_reminders_can_be_turned_off_by_their_own_link(house: House) -> None:
    await house.hear(contact(), webinar(), registered())
    await house.it_is(START - DAY)
    link = str(house.post.mails[-1].message["List-Unsubscribe"]).strip("<>").removeprefix("https://plenary.test")

    await house.client.post(link, data=FORM)
    await house.it_is(START - HOUR)

    assert [mail.subject.split(":")[0] for mail in house.post.mails] == ["You have a place", "Reminder"]


async def test_after_an_erasure_the_link_writes_nobody_down_again(house: House, link: str) -> None:
    await house.forget("aroha")

    answer = await house.client.post(link, data=FORM)

    assert answer.json()["unsubscribed"] is True
    assert await house.database["preferences"].count_documents({}) == 0


def test_a_token_is_good_for_its_member_purpose_and_key_alone() -> None:
    tokens = UnsubscribeTokens(b"one key")

    token = tokens.make("aroha", "comment-reply")

    assert tokens.read(token) == Unsubscription("aroha", "comment-reply")
    assert token != tokens.make("ingrid", "comment-reply")
    with pytest.raises(UnsubscribeTokenInvalid):
        UnsubscribeTokens(b"another key").read(token)


def test_a_token_for_mail_that_cannot_be_turned_off_is_no_token() -> None:
    tokens = UnsubscribeTokens(b"one key")

    with pytest.raises(UnsubscribeTokenInvalid):
        tokens.read(tokens.make("aroha", "address-proof"))
