"""What goes over the HTTP door, in and out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.notifications.model.message import Message, State
from services.notifications.model.preferences import Cadence, Preferences, QuietHours
from services.notifications.model.purposes import RULES
from shared.events.notifications import Purpose
from shared.http import Body, CleanText

Topic = Annotated[CleanText, Field(min_length=1, max_length=80)]


class NewPreferences(Body):
    """A member's choices, in place of all the old ones. What is not mentioned is sent at once."""

    purposes: dict[Purpose, Cadence] = Field(default_factory=dict)
    """By kind of mail. Mail about the account, and what one has registered for, cannot be turned off."""
    topics: dict[Topic, Cadence] = Field(default_factory=dict, max_length=200)
    """By topic of what the mail is about; a topic is known once something has been published under it."""
    quiet_hours: QuietHours | None = None
    """Mail that can wait, waits until they are over, by the clock on the member's wall."""


class PreferencesView(BaseModel):
    """A member's choices as they stand. Sent back, it changes nothing."""

    purposes: dict[Purpose, Cadence]
    topics: dict[str, Cadence]
    quiet_hours: QuietHours | None


class PurposeView(BaseModel):
    """A kind of mail, and whether it can be turned off."""

    purpose: Purpose
    mutable: bool


class UnsubscriptionView(BaseModel):
    """What a link in a mail is about."""

    purpose: Purpose
    unsubscribed: bool


class Resending(Body):
    """A second chance for a delivery."""

    lift_suppression: bool = False
    """The address has refused mail for good; send to it again, because the mailbox works now."""


class AttemptView(BaseModel):
    """One try that did not end well."""

    at: datetime
    said: str


class ResendView(BaseModel):
    """When it was sent again, by whom, and what it had come to before."""

    at: datetime
    by: str
    was: Literal["hard", "expired", "unknown", "suppressed"]


class DeliveryView(BaseModel):
    """A delivery as operators see it: never the address, never the text."""

    id: str
    purpose: Purpose
    channel: Literal["email"]
    state: State
    reason: str | None
    cause_id: str
    """The id of the event that called for it."""
    member_id: str | None
    created_at: datetime
    due_at: datetime
    expires_at: datetime
    settled_at: datetime | None
    tries: int
    attempts: list[AttemptView]
    resends: list[ResendView]
    resendable: bool


def preferences_view(preferences: Preferences) -> PreferencesView:
    """The choices, every kind of mail among them."""
    return PreferencesView(purposes=preferences.choices, topics=preferences.topics, quiet_hours=preferences.quiet_hours)


def purposes_view() -> list[PurposeView]:
    """Every kind of mail."""
    return [PurposeView(purpose=purpose, mutable=rule.mutable) for purpose, rule in RULES.items()]


def delivery_view(message: Message) -> DeliveryView:
    """The delivery, without what only its letter needs."""
    return DeliveryView.model_validate(
        {**message.model_dump(exclude={"about", "trace", "lease_until"}), "resendable": message.resendable}
    )
