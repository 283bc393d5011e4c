"""Whether a message is still wanted at the moment of sending, by what is known then: N11 in one pure function."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from services.notifications.model.articles import Article
from services.notifications.model.message import (
    Message,
    ProofMatter,
    ReplyMatter,
    SuggestionMatter,
    WebinarMatter,
)
from services.notifications.model.people import Account, Contact, Proof, Recipient, zone_of
from services.notifications.model.preferences import Preferences
from services.notifications.model.purposes import RULES
from services.notifications.model.webinars import Registration, Webinar

PATIENCE = (timedelta(seconds=1), timedelta(minutes=1))
"""How soon, at least and at most, a message looks again for what it waits for. What arrives rings for it besides."""


@dataclass(frozen=True, slots=True)
class Known:
    """What this service knows about the recipient and the matter, at one moment."""

    contact: Contact | None = None
    proof: Proof | None = None
    account: Account | None = None
    preferences: Preferences | None = None
    webinar: Webinar | None = None
    registration: Registration | None = None
    article: Article | None = None


@dataclass(frozen=True, slots=True)
class Go:
    """Send it, to this recipient."""

    recipient: Recipient


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Drop:
    """No longer wanted."""

    reason: str


@dataclass(frozen=True, slots=True)
class Expire:
    """Too late to be useful."""


Finding: TypeAlias = Go | Wait | Drop | Expire


def examine(message: Message, known: Known, now: datetime) -> Finding:
    """What to do with a message that is due. Whether the address is suppressed is asked afterwards."""
    if now >= message.expires_at:
        return Expire()
    if isinstance(message.about, ProofMatter):
        return _examine_proof(known.proof, now)
    if message.about is None or message.member_id is None:
        return Drop("erased")
    finding = _examine_matter(message, known, now)
    if finding is not None:
        return finding
    if known.contact is None:
        return _missing("contact", message, now)
    return _examine_person(message, known, known.contact, now)


def _examine_proof(proof: Proof | None, now: datetime) -> Finding:
    if proof is None:
        return Drop("the proof was used or has expired")
    if now >= proof.expires_at:
        return Expire()
    return Go(Recipient(email=proof.email, locale=proof.locale))


def _examine_matter(message: Message, known: Known, now: datetime) -> Finding | None:
    match message.about:
        case ReplyMatter() if known.article is None:
            return _missing("article", message, now)
        case WebinarMatter() as about:
            return _examine_webinar(message, about, known, now)
        case SuggestionMatter(webinar_id=str()) if known.webinar is None:
            return _missing("webinar", message, now)
    return None


def _examine_webinar(message: Message, about: WebinarMatter, known: Known, now: datetime) -> Finding | None:
    webinar, registration = known.webinar, known.registration
    if webinar is None:
        return _missing("webinar", message, now)
    if registration is None or not registration.active:
        return Drop("the registration was cancelled")
    if message.purpose == "webinar-recording":
        return None
    if message.purpose == "webinar-cancellation":
        return None if webinar.cancelled else Drop("the webinar takes place after all")
    return _examine_coming_webinar(message, about, webinar, now)


def _examine_coming_webinar(message: Message, about: WebinarMatter, webinar: Webinar, now: datetime) -> Finding | None:
    if webinar.cancelled:
        return Drop("the webinar was cancelled")
    if message.purpose in {"webinar-reminder", "webinar-change"} and about.sequence != webinar.sequence:
        return Drop("the webinar was moved again")
    return Expire() if now >= webinar.ends_at else None


def _examine_person(message: Message, known: Known, contact: Contact, now: datetime) -> Finding:
    rule = RULES[message.purpose]
    suspended_until = known.account.suspended_until if known.account else None
    if rule.mutable and suspended_until and now < suspended_until:
        return Drop("the account is suspended")
    preferences = known.preferences or Preferences(id=contact.id)
    topics = (known.article.topics if known.article else ()) or (known.webinar.topics if known.webinar else ())
    if not preferences.allow(message.purpose, topics):
        return Drop("the recipient has turned it off")
    if rule.quiet and preferences.quiet_hours:
        over_at = preferences.quiet_hours.over_at(now, zone_of(contact.zone))
        if over_at:
            return Wait(over_at, "quiet hours")
    return Go(Recipient(email=contact.email, name=contact.name, locale=contact.locale, zone=contact.zone))


def _missing(what: str, message: Message, now: datetime) -> Wait:
    """What the message needs has not arrived: topics are read side by side, and any may be late."""
    soonest, latest = PATIENCE
    return Wait(now + max(soonest, min(latest, now - message.created_at)), waiting_for(what))


def waiting_for(what: str) -> str:
    """The reason that a message gives while it waits for this."""
    return f"the {what} is not known yet"
