"""The only room that knows SMTP: hands a mail to the server, and says what became of it, exactly.

The conversation is held step by step, because what a broken connection means depends on the step. Before the content
has begun to leave, the mail is certainly not taken; afterwards nobody knows, and this is never glossed over.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as CRLF

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException, SMTPStatus

from services.notifications.model.verdicts import Accepted, Broken, Lost, Outcome, Refused, Stage, enhanced_status

IDLE_SECONDS = 20.0
"""A line that was not used for this long is hung up: servers wait for one to five minutes, middleboxes less."""

MAILS_PER_LINE = 100
"""Servers limit what they take on one line; a new one costs little."""


class Unreachable(Exception):  # noqa: N818 - named for what it says
    """The mail server cannot be reached, or does not let us in. No mail is at fault."""


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server, and how it is spoken to."""

    host: str
    port: int
    sender: str
    """The envelope's sender: bounces come back to it."""
    hello: str
    """What we call ourselves."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    starttls: bool = False
    tls: bool = False
    timeout: float = 10.0
    verdict_timeout: float = 120.0


@dataclass(slots=True)
class _Line:
    """A connection on which one mail goes after the other."""

    client: aiosmtplib.SMTP
    mails: int = 0
    idle_since: float = 0.0

    @property
    def usable(self) -> bool:
        fresh = time.monotonic() - self.idle_since < IDLE_SECONDS
        return self.client.is_connected and fresh and self.mails < MAILS_PER_LINE


@dataclass(frozen=True, slots=True)
class _Letter:
    """One mail, ready to go."""

    content: bytes
    recipient: str
    plain: bool
    """The address is ASCII, so that any server understands it."""
    before_content: Callable[[], Awaitable[None]]


class Post:
    """Sends mail, on as many lines as there are senders at once; lines are kept for the next mail."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._idle: list[_Line] = []

    async def send(
        self, mail: EmailMessage, recipient: str, *, before_content: Callable[[], Awaitable[None]]
    ) -> Outcome:
        """Hand over one mail to one recipient.

        ``before_content`` is awaited when all that is left is the content; if it raises, nothing of the mail leaves,
        and that comes out. Raises :class:`Unreachable` if there is no server to talk to.
        """
        plain = recipient.isascii()
        letter = _Letter(_content(mail, plain=plain), recipient, plain, before_content)
        line = self._take()
        if line is not None:
            outcome = await self._converse(line, letter)
            if not _hung_up(outcome):
                return outcome
        return await self._converse(await self._connect(), letter)

    async def probe(self) -> None:
        """Open a line and keep it for the next mail; raises :class:`Unreachable`."""
        self._keep(await self._connect())

    async def close(self) -> None:
        """Hang up all lines."""
        while self._idle:
            await _hang_up(self._idle.pop())

    def _take(self) -> _Line | None:
        while self._idle:
            line = self._idle.pop()
            if line.usable:
                return line
            line.client.close()
        return None

    def _keep(self, line: _Line) -> None:
        line.idle_since = time.monotonic()
        if line.usable:
            self._idle.append(line)
        else:
            line.client.close()

    async def _connect(self) -> _Line:
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            start_tls=server.starttls,
            use_tls=server.tls,
            local_hostname=server.hello,
            timeout=server.timeout,
        )
        try:
            async with asyncio.timeout(server.timeout * 2):
                await client.connect()
                if client.is_ehlo_or_helo_needed:
                    await client.ehlo()
        except (SMTPException, OSError, TimeoutError) as error:
            client.close()
            raise Unreachable(type(error).__name__) from error
        return _Line(client)

    async def _converse(self, line: _Line, letter: _Letter) -> Outcome:
        client = line.client
        if not letter.plain and not client.supports_extension("smtputf8"):
            self._keep(line)
            return Refused("rcpt", 553, "5.6.7")  # RFC 6531, section 3.5: what such a server would answer.
        line.mails += 1
        encoding, options = ("ascii", []) if letter.plain else ("utf-8", ["SMTPUTF8"])
        stage: Stage = "mail"
        try:
            await client.mail(self._server.sender, options=options, encoding=encoding)
            stage = "rcpt"
            await client.rcpt(letter.recipient, encoding=encoding)
            await letter.before_content()
            stage = "data"
            await client.data(letter.content, timeout=self._server.verdict_timeout)
        except SMTPResponseException as refusal:
            return await self._refused(line, stage, refusal)
        except (SMTPException, OSError, TimeoutError) as error:
            client.close()
            return Lost(type(error).__name__) if stage == "data" else Broken(stage, type(error).__name__)
        except BaseException:
            # Held back, cancelled, or the database is away: the next mail must not begin in the middle of this one.
            client.close()
            raise
        self._keep(line)
        return Accepted()

    async def _refused(self, line: _Line, stage: Stage, refusal: SMTPResponseException) -> Outcome:
        """What the server's answer means; the line is good for the next mail if the server is still there."""
        if 200 <= refusal.code < 300:
            self._keep(line)
            return Accepted(refusal.code)
        if not 400 <= refusal.code < 600:
            line.client.close()
            return Lost("Malformed answer") if stage == "data" else Broken(stage, "Malformed answer")
        with contextlib.suppress(SMTPException, OSError):
            await line.client.rset()
        self._keep(line)
        return Refused(stage, refusal.code, enhanced_status(refusal.message))


def _content(mail: EmailMessage, *, plain: bool) -> bytes:
    """The mail as it goes over the line.

    Headers in ASCII are not folded (RFC 5322, section 2.1.1, allows 998 characters): the library would begin a long
    one on its second line, and a reader that keeps that line's indent would show it. Others consist of encoded words,
    which must be short.
    """
    policy = CRLF if plain else CRLF.clone(utf8=True)
    if all(str(value).isascii() for value in mail.values()):
        policy = policy.clone(max_line_length=998)
    return mail.as_bytes(policy=policy)


def _hung_up(outcome: Outcome) -> bool:
    """Whether the server had ended a line it found idle: that is no answer to this mail."""
    if isinstance(outcome, Refused):
        return outcome.stage == "mail" and outcome.code == SMTPStatus.domain_unavailable
    return isinstance(outcome, Broken) and outcome.stage == "mail"


async def _hang_up(line: _Line) -> None:
    with contextlib.suppress(SMTPException, OSError):
        await line.client.quit(timeout=1)
    line.client.close()
