"""Why mail is sent, and what follows from the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.events.notifications import Purpose


@dataclass(frozen=True, slots=True)
class Rule:
    """What a purpose allows."""

    patience: timedelta
    """For how long after it was called for the message is still worth sending, where nothing else bounds it."""
    mutable: bool = False
    """The recipient may turn it off. Security mail, and what somebody registered for, cannot be turned off."""
    quiet: bool = False
    """Waits while the recipient's quiet hours last. A reminder an hour before the start cannot."""
    urgent: bool = False
    """Goes before whatever else is due: somebody sits in front of a screen and waits for the code."""
    by_topic: bool = False
    """Not sent when the recipient has turned off every topic of the article or webinar it is about."""


RULES: dict[Purpose, Rule] = {
    "address-proof": Rule(timedelta(days=1), urgent=True),
    "welcome": Rule(timedelta(days=7)),
    "comment-reply": Rule(timedelta(days=3), mutable=True, quiet=True, by_topic=True),
    "webinar-confirmation": Rule(timedelta(days=7)),
    "webinar-reminder": Rule(timedelta(days=1), mutable=True),
    "webinar-change": Rule(timedelta(days=7)),
    "webinar-cancellation": Rule(timedelta(days=7)),
    "webinar-recording": Rule(timedelta(days=14), mutable=True, quiet=True, by_topic=True),
    "suggestion-progress": Rule(timedelta(days=7), mutable=True, quiet=True),
}
"""Every purpose that is mailed today. The catalogue's ``reverification`` has no event that calls for it yet."""
