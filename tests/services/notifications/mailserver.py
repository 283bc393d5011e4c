"""A real SMTP server in the test's own process, which answers as it is told to."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Mail:
    """A mail as the server took it."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    def calendar(self) -> str:
        """The calendar part, which asks to be accepted."""
        parts = [part for part in self.message.walk() if part.get_content_type() == "text/calendar"]
        assert len(parts) == 1, [part.get_content_type() for part in self.message.walk()]
        content: str = parts[0].get_content()
        return content

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        content: str = part.get_content().replace("\r\n", "\n")
        return content


@dataclass
class MailServer:
    """Where the mail arrives. ``rcpt`` and ``data`` hold answers for an address, used up one after the other."""

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    rcpt: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    data: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    drop_after_content: set[str] = field(default_factory=set)
    """Addresses whose mail is taken, whereupon the server hangs up without a word."""
    drop_at_rcpt: set[str] = field(default_factory=set)
    hold: asyncio.Event | None = None
    """If set, the answer to the content waits for it."""
    waiting: int = 0
    """Contents that have arrived and wait for their answer."""
    connections: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.Transport] = field(default_factory=set)

    def to(self, address: str) -> list[Mail]:
        """The mails that this address has received."""
        return [mail for mail in self.mails if address in mail.recipients]

    @property
    def only(self) -> Mail:
        """The one mail that has arrived."""
        assert len(self.mails) == 1, [(mail.recipients, mail.subject) for mail in self.mails]
        return self.mails[0]

    async def start(self) -> None:
        """Listen; on the same port again after a stop."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Be gone, as a killed server is: whoever is connected is cut off."""
        if self._server is not None:
            self._server.close()
            for transport in list(self._open):
                transport.abort()
            self._server = None
        await asyncio.sleep(0)

    def _protocol(self) -> SMTP:
        self.connections += 1
        return _Counted(_Handler(self), self._open)


class _Handler:
    """What aiosmtpd asks. Apart from the server, because aiosmtpd reads every attribute of its handler."""

    def __init__(self, office: MailServer) -> None:
        self._office = office

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self._office.drop_at_rcpt:
            _hang_up(server)
        if self._office.rcpt[address]:
            answer = self._office.rcpt[address].pop(0)
            if not answer.startswith("250"):
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        recipients = list(envelope.rcpt_tos)
        if self._office.hold is not None:
            self._office.waiting += 1
            await self._office.hold.wait()
        answer = next((self._office.data[to].pop(0) for to in recipients if self._office.data[to]), "250 2.0.0 Taken")
        if answer.startswith("250"):
            self._office.mails.append(Mail(envelope.mail_from or "", recipients, envelope.original_content or b""))
        if self._office.drop_after_content.intersection(recipients):
            _hang_up(server)
        return answer


class _Counted(SMTP):
    """aiosmtpd's protocol, known to the server while it is connected."""

    def __init__(self, handler: _Handler, transports: set[asyncio.Transport]) -> None:
        super().__init__(handler, enable_SMTPUTF8=True, hostname="mx.example", loop=asyncio.get_running_loop())
        self._transports = transports

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert isinstance(transport, asyncio.Transport)
        self._transports.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self.transport is not None:
            self._transports.discard(self.transport)
        super().connection_lost(error)


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """A server for the block."""
    server = MailServer()
    await server.start()
    try:
        yield server
    finally:
        if server.hold is not None:
            server.hold.set()
        await server.stop()
