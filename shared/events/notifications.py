"""What notifications says: what has left the platform. Never to whom by name or address."""

from __future__ import annotations

from typing import Literal

from shared.events.base import Event, Instant

Purpose = Literal[
    "address-proof",
    "welcome",
    "comment-reply",
    "webinar-confirmation",
    "webinar-reminder",
    "webinar-change",
    "webinar-cancellation",
    "webinar-recording",
    "suggestion-progress",
    "reverification",
]


class NotificationSent(Event, topic="notifications.outcomes", key="notification_id", visibility="internal"):
    """True once the recipient's mail server has taken the message."""

    notification_id: str
    member_id: str | None = None
    """None for mail to an address that has no member yet."""
    purpose: Purpose
    channel: Literal["email"] = "email"
    cause_id: str
    """The id of the event that called for it."""
    sent_at: Instant


class NotificationFailed(Event, topic="notifications.outcomes", key="notification_id", visibility="internal"):
    """True once a message is given up: refused for good, expired, or its fate unknown after a crash."""

    notification_id: str
    member_id: str | None = None
    purpose: Purpose
    channel: Literal["email"] = "email"
    cause_id: str
    outcome: Literal["hard", "expired", "unknown", "suppressed"]
    failed_at: Instant
