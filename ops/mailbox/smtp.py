"""The SMTP door."""

from __future__ import annotations

import asyncio
import re

from aiosmtpd.smtp import SMTP, Envelope, Session

from ops.mailbox.store import MailStore

SIZE_LIMIT = 10 * 1024 * 1024

REFUSED = re.compile(r"[.+]refused@|@refused\.", re.IGNORECASE)
DEFERRED = re.compile(r"[.+]deferred@|@deferred\.", re.IGNORECASE)


class Handler:
    """Takes mail for everybody, except addresses by which a rehearsal asks for a refusal.

    ``ann+refused@...`` gets 550 and ``ann+deferred@...`` 451, so that bounces and retries can be seen without another
    server.
    """

    def __init__(self, store: MailStore) -> None:
        self._store = store

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept a recipient, or refuse it as its address asks for."""
        if REFUSED.search(address):
            return "550 5.1.1 No such person here"
        if DEFERRED.search(address):
            return "451 4.3.0 Come again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail; 250 only once it is on disk."""
        content = envelope.original_content or b""
        mail_id = await asyncio.to_thread(self._store.keep, envelope.mail_from or "", list(envelope.rcpt_tos), content)
        return f"250 2.0.0 Kept as {mail_id}"


async def serve(store: MailStore, host: str, port: int) -> asyncio.Server:
    """Listen for mail."""
    handler = Handler(store)
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(handler, data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True, hostname="mailbox.plenary.invalid"),
        host,
        port,
    )
