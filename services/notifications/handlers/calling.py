"""What the handlers of events do with messages: call for them, call them off, and wake those that waited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from services.notifications.deps import Deps
from services.notifications.model.examination import waiting_for
from services.notifications.model.message import WAITING, Message
from shared.mongo import Session


async def call_for(deps: Deps, messages: Sequence[Message], session: Session) -> None:
    """Put messages into the queue."""
    await deps.messages.call_for(messages, session)
    deps.bell.ring()


async def call_off(deps: Deps, subjects: Iterable[str], reason: str, at: datetime, session: Session) -> None:
    """No longer send what waits and is about any of these; what is on its way is examined again before it goes."""
    waiting = await deps.messages.about(subjects, states=WAITING, session=session)
    await deps.messages.save_all([message.cancelled(reason, at) for message in waiting], at, session)


async def arrived(
    deps: Deps, what: Literal["contact", "article", "webinar"], subjects: Iterable[str], session: Session
) -> None:
    """Look again at the messages that have waited for this."""
    reason = waiting_for(what)
    if await deps.messages.nudge(subjects, reason=reason, now=deps.clock.now(), session=session):
        deps.bell.ring()
