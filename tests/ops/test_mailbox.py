"""The embedded post office: what it has acknowledged it keeps, and it shows mail without obeying it."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from ops.embedded import neighbours
from ops.embedded.processes import Process
from ops.embedded.state import State
from ops.ports import Ports
from ops.testing import free_base


class Office:
    """The mailbox as a process, with its two doors."""

    def __init__(self, state: State, ports: Ports) -> None:
        self.ports = ports
        self.process = Process(neighbours.mailbox(state, ports), state, print)
        self.url = f"http://127.0.0.1:{ports['mailbox']}"

    async def send(self, mail: EmailMessage) -> None:
        await asyncio.to_thread(self._send, mail)

    def _send(self, mail: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.ports["smtp"], timeout=10) as connection:
            connection.send_message(mail)

    async def get(self, path: str, **query: str) -> httpx2.Response:
        async with httpx2.AsyncClient(base_url=self.url) as client:
            return await client.get(path, params=query)


@pytest_asyncio.fixture(scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    state = State(tmp_path_factory.mktemp("office"))
    state.create()
    made = Office(state, Ports(free_base()))
    await made.process.start()
    await made.process.ready(20)
    yield made
    await made.process.stop()


def letter(to: str, subject: str = "Welcome", text: str = "Kia ora, Ann.") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Plenary <hello@plenary.example>", to, subject
    mail.set_content(text)
    return mail


async def test_a_mail_can_be_read_by_a_program(office: Office) -> None:
    mail = letter("ann@example.govt.nz", "Your place at the webinar")
    mail.add_attachment(b"BEGIN:VCALENDAR\r\n", maintype="text", subtype="calendar", filename="webinar.ics")

    await office.send(mail)

    listed = (await office.get("/messages", to="Ann@example.govt.nz")).json()
    assert [item["subject"] for item in listed["items"]] == ["Your place at the webinar"]
    whole = (await office.get(f"/messages/{listed['items'][0]['id']}")).json()
    assert whole["text"].strip() == "Kia ora, Ann."
    assert whole["attachments"][0]["filename"] == "webinar.ics"
    assert (await office.get(f"/messages/{whole['id']}/attachments/0")).content == b"BEGIN:VCALENDAR\r\n"


async def test_whom_the_envelope_names_counts_and_not_what_the_header_says(office: Office) -> None:
    mail = letter("somebody-else@example.org", "Blind copy")
    mail["Bcc"] = "bo@example.gov.sg"

    await office.send(mail)

    listed = (await office.get("/messages", to="bo@example.gov.sg")).json()
    assert listed["total"] == 1


async def test_mail_that_was_acknowledged_outlives_a_kill(office: Office) -> None:
    await office.send(letter("carla@example.gc.ca"))
    pid = office.process.pid

    await office.process.kill()
    await office.process.ready(20)

    assert office.process.pid != pid
    assert (await office.get("/messages", to="carla@example.gc.ca")).json()["total"] == 1


@pytest.mark.parametrize(
    ("address", "code"),
    [("ann+refused@example.org", 550), ("ann@refused.example", 550), ("ann+deferred@example.org", 451)],
)
async def test_an_address_can_ask_to_be_refused(office: Office, address: str, code: int) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        await office.send(letter(address))

    assert refusal.value.recipients[address][0] == code


async def test_what_a_mail_says_is_shown_and_not_run(office: Office) -> None:
    mail = letter("dan@example.se", "<script>alert(1)</script>")
    mail.add_alternative("<script>alert(2)</script><p>Hej</p>", subtype="html")

    await office.send(mail)

    mail_id = (await office.get("/messages", to="dan@example.se")).json()["items"][0]["id"]
    page = await office.get(f"/mail/{mail_id}")
    assert "<script>" not in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


async def test_an_address_in_a_mail_can_be_followed_and_is_nothing_but_an_address(office: Office) -> None:
    text = 'Read https://plenary.example/a?b=1&c=2 or javascript:alert(1) or https://x.example/"onclick="alert(1)'
    await office.send(letter("eva@example.se", text=text))

    mail_id = (await office.get("/messages", to="eva@example.se")).json()["items"][0]["id"]
    page = await office.get(f"/mail/{mail_id}")
    assert '<a href="https://plenary.example/a?b=1&amp;c=2" rel="noreferrer">' in page.text
    assert 'href="javascript' not in page.text
    assert 'onclick="' not in page.text


async def test_a_page_elsewhere_cannot_read_the_mailbox_under_another_name(office: Office) -> None:
    async with httpx2.AsyncClient(base_url=office.url) as client:
        answer = await client.get("/messages", headers={"Host": "evil.example"})

    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/messages/../../etc/passwd", "/messages/nope", "/messages/nope/raw", "/mail/nope"])
async def test_what_is_not_a_mail_is_not_found(office: Office, path: str) -> None:
    answer = await office.get(path)

    assert answer.status_code == 404


def test_only_its_owner_can_read_the_files(office: Office) -> None:
    folder = Path(office.process.spec.command[4])

    assert folder.stat().st_mode & 0o077 == 0
