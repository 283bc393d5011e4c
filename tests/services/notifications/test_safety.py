"""What a stranger may put into a name, a title or an address, and what must not come of it."""

from __future__ import annotations

import pytest

from tests.services.notifications.conftest import House
from tests.services.notifications.world import (
    AROHA,
    article,
    contact,
    joined,
    proof,
    registered,
    reply,
    suggestion,
    webinar,
)

HEADERS = {
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "auto-submitted",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "mime-version",
    "content-type",
}
"""All the headers that our mails have."""

NASTY = [
    "Aroha\r\nBcc: everyone@evil.example",
    "Aroha\nX-Evil: 1",
    "Aroha\rSubject: other",
    "Aroha\x00\x1b[31m",
    "=?utf-8?q?Aroha=0D=0ABcc:_everyone@evil.example?=",
    "=?utf-8?b?QXJvaGENCkJjYzogZXZlcnlvbmVAZXZpbC5leGFtcGxl?=",
    'Aroha" <everyone@evil.example>, "x',
    "Aroha, everyone@evil.example",
    "Aroha\u2028Bcc: everyone@evil.example",
    "Aroha\u202egro.live",
    "Māori Aroha — 王",
    "A" * 3000,
]


@pytest.mark.parametrize("name", NASTY)
async def test_whatever_a_name_holds_one_recipient_gets_one_mail_with_our_headers(house: House, name: str) -> None:
    await house.hear(contact(name=name), joined(), webinar(title=name), registered())

    await house.send_due()

    assert [mail.recipients for mail in house.post.mails] == [[AROHA], [AROHA]]
    for mail in house.post.mails:
        assert {header.lower() for header in mail.message} <= HEADERS
        assert [address.addr_spec for address in mail.message["To"].addresses] == [AROHA]
        assert all(len(line) <= 998 for line in mail.content.split(b"\r\n"))


@pytest.mark.parametrize("title", NASTY)
async def test_whatever_a_title_holds_the_subject_is_one_line(house: House, title: str) -> None:
    await house.hear(contact(), article(title=title), reply(), suggestion("declined", title=title, reason=title))

    await house.send_due()

    assert len(house.post.mails) == 2
    for mail in house.post.mails:
        assert {header.lower() for header in mail.message} <= HEADERS
        assert "\n" not in mail.subject
        assert len(mail.subject) < 300


async def test_a_name_in_any_script_arrives_as_it_is(house: House) -> None:
    await house.hear(contact(name="Māui Ōtaki 王 小明"), joined())

    await house.send_due()

    assert house.post.only.message["To"].addresses[0].display_name == "Māui Ōtaki 王 小明"
    assert house.post.only.subject == "Welcome to Plenary, Māui Ōtaki 王 小明"


async def test_an_address_in_a_domain_of_any_script_is_sent_to_its_ascii_form(house: House) -> None:
    await house.hear(contact(email="aroha@bücher.example"), joined())

    await house.send_due()

    assert house.post.only.recipients == ["aroha@xn--bcher-kva.example"]


async def test_a_mailbox_in_any_script_is_sent_to_where_the_server_can(house: House) -> None:
    await house.hear(contact(email="māori@treasury.example"), joined())

    await house.send_due()

    assert house.post.only.recipients == ["māori@treasury.example"]


@pytest.mark.parametrize(
    "email",
    [
        "aroha@treasury.example\r\nRCPT TO:<everyone@evil.example>",
        "aroha@treasury.example, everyone@evil.example",
        "<aroha@treasury.example> SIZE=1",
        "aroha",
        "",
        "a@" + "b" * 300 + ".example",
    ],
)
async def test_an_address_that_is_none_gets_nothing_and_nobody_else_does(house: House, email: str) -> None:
    await house.hear(contact(email=email), contact("ingrid"), joined(), joined("ingrid"))

    await house.send_due()

    assert [mail.recipients for mail in house.post.mails] == [["ingrid@regeringen.example"]]
    hard = [message for message in await house.messages() if message.state == "hard"]
    assert [message.member_id for message in hard] == ["aroha"]


async def test_no_address_name_or_secret_is_in_what_the_process_prints(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.post.rcpt[AROHA] = ["451 4.2.1 aroha@treasury.example is busy", "550 5.1.1 <aroha@treasury.example> unknown"]
    await house.hear(contact(), joined(), proof())

    await house.send_due()
    await house.send_due()

    printed = "".join(capsys.readouterr())
    assert "message.given-up" in printed or "message.put-off" in printed
    for secret in ("aroha@", "Ngata", "482915", "a-secret/token"):
        assert secret not in printed


async def test_no_address_or_name_is_in_what_the_service_says_or_keeps_of_a_message(house: House) -> None:
    house.post.rcpt[AROHA] = ["550 5.1.1 <aroha@treasury.example> Ngata unknown"]
    await house.hear(contact(), joined())

    await house.send_due()

    told = f"{await house.said()} {await house.messages()} {await house.everything_kept(without=['contacts'])}"
    assert AROHA not in told
    assert "Ngata" not in told
