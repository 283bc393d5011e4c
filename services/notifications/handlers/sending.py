"""From a message that is due to a mail that has left, and the record of how that went."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from email.errors import MessageError
from email.message import EmailMessage

import structlog
from pymongo.errors import PyMongoError

from services.notifications import counting
from services.notifications.deps import Deps
from services.notifications.letters import LetterBroken
from services.notifications.model import backoff
from services.notifications.model.examination import Drop, Expire, Go, Known, Wait, examine
from services.notifications.model.message import (
    Decision,
    Failure,
    Message,
    NotHeld,
    ProofMatter,
    ReplyMatter,
    SuggestionMatter,
    WebinarMatter,
)
from services.notifications.model.people import Recipient
from services.notifications.model.verdicts import Accepted, Broken, Lost, Outcome, Refused
from services.notifications.smtp import Unreachable
from shared import faultpoints
from shared.faults import is_infrastructure

log = structlog.get_logger(__name__)

RETRY_SECONDS = 0.5
"""Between attempts to write down what has become of a mail, while the database is away."""


async def claim_due_message(deps: Deps) -> Message | None:
    """Take the next message that is due into this worker's hands."""
    message = await deps.messages.claim(deps.clock.now(), deps.settings.lease_seconds)
    if message is not None:
        faultpoints.reach("mail.after-claim")
    return message


async def deliver(deps: Deps, message: Message) -> None:
    """Examine a claimed message, and send it if it is still wanted; whatever comes of it is written down.

    Raises :class:`~services.notifications.smtp.Unreachable` after putting the message back, if there is no server.
    """
    try:
        async with _kept(deps, message):
            known = await _gather(deps, message)
            now = deps.clock.now()
            match examine(message, known, now):
                case Go(recipient):
                    await _send(deps, message, known, recipient)
                case Wait(until, reason):
                    await _settle(deps, message, lambda held: held.put_off(message.fence, until, reason))
                case Drop(reason):
                    await _settle(deps, message, lambda held: held.cancelled(reason, now, fence=message.fence))
                case Expire():
                    await _give_up(deps, message, "expired", "too late")
    except NotHeld:
        log.info("message.claim-lost", message_id=message.id)


async def _send(deps: Deps, message: Message, known: Known, recipient: Recipient) -> None:
    if await deps.suppressions.holds(recipient.email):
        await _give_up(deps, message, "suppressed", "the address has refused mail for good")
        return
    try:
        recipient = recipient.on_the_wire()
        mail = deps.desk.write(message, known, recipient, deps.clock.now())
    except (LetterBroken, MessageError, ValueError) as error:
        # Ours to mend, not the recipient's: it stays among the dead letters until an operator sends it again. What
        # the standard library says of a header repeats what is in it, so only its kind is told.
        said = str(error) if isinstance(error, LetterBroken) else type(error).__name__
        await _give_up(deps, message, "hard", f"cannot be written: {said}")
        return
    outcome = await _hand_over(deps, message, mail, recipient)
    counting.outcome(message.purpose, outcome)
    await _record(deps, message, recipient, outcome)


async def _hand_over(deps: Deps, message: Message, mail: EmailMessage, recipient: Recipient) -> Outcome:
    async def before_content() -> None:
        if not await deps.messages.begin_sending(message, deps.settings.lease_seconds):
            raise NotHeld
        faultpoints.reach("mail.before-content")

    try:
        outcome = await deps.post.send(mail, recipient.email, before_content=before_content)
    except Unreachable:
        now = deps.clock.now()
        reason = "the mail server cannot be reached"
        await _settle(deps, message, lambda held: held.put_off(message.fence, now, reason))
        raise
    if isinstance(outcome, Accepted):
        faultpoints.reach("mail.after-250")
    return outcome


async def _record(deps: Deps, message: Message, recipient: Recipient, outcome: Outcome) -> None:
    now = deps.clock.now()
    match outcome:
        case Accepted():
            await _settle(deps, message, lambda held: held.sent(message.fence, now))
            if isinstance(message.about, ProofMatter):
                await deps.people.forget_proof(message.about.proof_id)
        case Lost(error):
            await _give_up(deps, message, "unknown", f"the line broke while the mail was leaving: {error}")
        case Broken(stage, error):
            await _soft(deps, message, f"the line broke at {stage.upper()}: {error}")
        case Refused() if outcome.for_good:
            if outcome.blames_address:
                await deps.suppressions.add(recipient.email, said=outcome.words, at=now)
            await _give_up(deps, message, "hard", outcome.words)
        case Refused():
            await _soft(deps, message, outcome.words)


async def _soft(deps: Deps, message: Message, said: str) -> None:
    now = deps.clock.now()
    wait = backoff.wait(
        message.tries + 1,
        base=timedelta(seconds=deps.settings.retry_base_seconds),
        cap=timedelta(seconds=deps.settings.retry_cap_seconds),
        jitter=random.random(),  # noqa: S311 - spreads load, guards nothing
    )
    log.info("message.put-off", message_id=message.id, purpose=message.purpose, said=said)
    await _settle(deps, message, lambda held: held.soft(message.fence, now + wait, said, now))


async def _give_up(deps: Deps, message: Message, outcome: Failure, reason: str) -> None:
    now = deps.clock.now()
    log.warning("message.given-up", message_id=message.id, purpose=message.purpose, outcome=outcome, reason=reason)
    await _settle(deps, message, lambda held: held.given_up(message.fence, outcome, reason, now))


async def _settle(deps: Deps, message: Message, decide: Callable[[Message], Decision]) -> None:
    """Write down what has become of the message. While the database is away, what we know is kept and tried again:
    the mail has left, and if we forget it, nobody knows.
    """
    while True:
        try:
            await deps.messages.change(message.id, decide, at=deps.clock.now())
        except PyMongoError as error:
            if not is_infrastructure(error):
                raise
            log.warning("message.database-unreachable", message_id=message.id, error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return


async def _gather(deps: Deps, message: Message) -> Known:
    """All that is known about the recipient and the matter now."""
    about, member_id = message.about, message.member_id
    webinar_id = about.webinar_id if isinstance(about, WebinarMatter | SuggestionMatter) else None
    return Known(
        proof=await deps.people.proof(about.proof_id) if isinstance(about, ProofMatter) else None,
        contact=await deps.people.contact(member_id) if member_id else None,
        account=await deps.people.account(member_id) if member_id else None,
        preferences=await deps.preferences.of(member_id) if member_id else None,
        webinar=await deps.webinars.webinar(webinar_id) if webinar_id else None,
        registration=(
            await deps.webinars.registration(about.registration_id) if isinstance(about, WebinarMatter) else None
        ),
        article=await deps.articles.article(about.article_id) if isinstance(about, ReplyMatter) else None,
    )


@asynccontextmanager
async def _kept(deps: Deps, message: Message) -> AsyncIterator[None]:
    """Renew the lease for as long as the block takes: a server may look at a mail for a minute before it answers."""
    keeper = asyncio.create_task(_keep(deps, message))
    try:
        yield
    finally:
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper


async def _keep(deps: Deps, message: Message) -> None:
    while True:
        await asyncio.sleep(deps.settings.lease_seconds / 3)
        with contextlib.suppress(PyMongoError):
            if not await deps.messages.keep(message, deps.settings.lease_seconds):
                return
