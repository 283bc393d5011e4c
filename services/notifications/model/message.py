"""A message: one mail to one recipient for one reason, from the moment it is called for to its end.

::

    queued ──claim──▶ claimed ──the content leaves──▶ sending ──250──▶ sent
      ▲  ▲               │                               │
      │  └─ not now (4xx, a broken line): soft ◀─────────┤
      │                  │                               ├─ 5xx ──────────────▶ hard
      └── worker died ───┘                               └─ nobody knows ─────▶ unknown

Besides: ``expired`` (too late to be useful), ``suppressed`` (the address has refused mail for good) and ``cancelled``
(no longer wanted). A worker holds a message only with the fence it got at its claim; one that wakes up late changes
nothing that another has taken over.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from services.notifications.errors import DeliveryNotResendable
from services.notifications.model.purposes import RULES
from shared.events import Event, Instant
from shared.events.notifications import NotificationFailed, NotificationSent, Purpose
from shared.ids import derived_id
from shared.model import Aggregate

State = Literal["queued", "claimed", "sending", "sent", "soft", "hard", "unknown", "expired", "suppressed", "cancelled"]
Failure: TypeAlias = Literal["hard", "expired", "unknown", "suppressed"]

WAITING: tuple[State, ...] = ("queued", "soft")
"""Waits for its time, or for another try."""
HELD: tuple[State, ...] = ("claimed", "sending")
"""In the hands of a worker."""
GIVEN_UP: tuple[Failure, ...] = ("hard", "expired", "unknown", "suppressed")
"""The dead letters: an operator may look at them and send them again."""

KEPT_ATTEMPTS = 20
"""Enough for a day of retries; what is older adds nothing."""

MAX_CLAIMS = 100
"""A message that ends its worker each time is given up. Well beyond the kills of any rehearsal."""

RESEND_PATIENCE = timedelta(days=1)
"""How long a message that an operator sends again is tried."""


class NotHeld(Exception):  # noqa: N818 - named for what it says
    """The message is no longer in the hands of the worker that claimed it with this fence."""


def subject(kind: Literal["member", "proof", "comment", "article", "webinar", "registration"], id: str) -> str:
    """What something is called in the list of what a message is about."""
    return f"{kind}:{id}"


class Matter(BaseModel):
    """What a message is about, by ids; the mail is written from what is known at the moment of sending."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @property
    def subjects(self) -> tuple[str, ...]:
        """What the message is found by, when something happens to it."""
        return ()


class ProofMatter(Matter):
    kind: Literal["proof"] = "proof"
    proof_id: str

    @property
    def subjects(self) -> tuple[str, ...]:
        """See :class:`Matter`."""
        return (subject("proof", self.proof_id),)


class MemberMatter(Matter):
    kind: Literal["member"] = "member"


class ReplyMatter(Matter):
    kind: Literal["reply"] = "reply"
    comment_id: str
    article_id: str

    @property
    def subjects(self) -> tuple[str, ...]:
        """See :class:`Matter`."""
        return subject("comment", self.comment_id), subject("article", self.article_id)


class WebinarMatter(Matter):
    kind: Literal["webinar"] = "webinar"
    webinar_id: str
    registration_id: str
    sequence: int = 0
    """The webinar's sequence that the message speaks of."""
    lead_minutes: int | None = None
    """For a reminder: how long before the start."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """See :class:`Matter`."""
        return subject("webinar", self.webinar_id), subject("registration", self.registration_id)


class SuggestionMatter(Matter):
    kind: Literal["suggestion"] = "suggestion"
    suggestion_id: str
    title: str
    state: str
    reason: str | None = None
    webinar_id: str | None = None

    @property
    def subjects(self) -> tuple[str, ...]:
        """See :class:`Matter`."""
        return (subject("webinar", self.webinar_id),) if self.webinar_id else ()


AnyMatter: TypeAlias = Annotated[
    ProofMatter | MemberMatter | ReplyMatter | WebinarMatter | SuggestionMatter, Field(discriminator="kind")
]


class Attempt(BaseModel):
    """One try that did not end well, in codes and our own words: never an address, never a server's text."""

    model_config = ConfigDict(frozen=True)

    at: Instant
    said: str


class Resend(BaseModel):
    """An operator sent the message again."""

    model_config = ConfigDict(frozen=True)

    at: Instant
    by: str
    was: Failure


class Message(Aggregate):
    """One message per (cause, recipient, channel, purpose): its id is derived from these, and ids are unique."""

    purpose: Purpose
    channel: Literal["email"] = "email"
    cause_id: str
    """The id of the event that called for it."""
    member_id: str | None = None
    """None for an address without a member, and after an erasure."""
    about: AnyMatter | None
    """Scrubbed once sent or cancelled."""
    state: State = "queued"
    reason: str | None = None
    urgent: bool = False
    created_at: Instant
    due_at: Instant
    expires_at: Instant
    settled_at: Instant | None = None
    tries: int = 0
    """Refusals so far, which set the wait."""
    attempts: tuple[Attempt, ...] = ()
    resends: tuple[Resend, ...] = ()
    fence: int = 0
    """Grows with each claim."""
    lease_until: datetime | None = None
    """By the database's clock."""
    trace: str | None = None
    """The journey it belongs to."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """What and whom the message is about."""
        whom = (subject("member", self.member_id),) if self.member_id else ()
        return (*whom, *(self.about.subjects if self.about else ()))

    @property
    def resendable(self) -> bool:
        """Whether an operator may send it again: it was given up, and what it is about is still known."""
        return self.state in GIVEN_UP and self.about is not None

    def sent(self, fence: int, at: datetime) -> Decision:
        """The server has taken it. True even of a message that was meanwhile counted as unknown: now it is known."""
        if self.fence != fence or self.state not in {"sending", "unknown"}:
            raise NotHeld
        return self._settled("sent", None, at, about=None), [
            NotificationSent(
                notification_id=self.id,
                member_id=self.member_id,
                purpose=self.purpose,
                cause_id=self.cause_id,
                sent_at=at,
            )
        ]

    def put_off(self, fence: int, until: datetime, reason: str) -> Decision:
        """Not its turn yet, through no fault of its own: it waits, and the try is not counted."""
        self._check(fence)
        state: State = "soft" if self.tries else "queued"
        return self._freed(state=state, due_at=until, reason=reason), []

    def soft(self, fence: int, until: datetime, said: str, at: datetime) -> Decision:
        """A passing refusal: tried again."""
        self._check(fence)
        tried = {"tries": self.tries + 1, "attempts": self._with_attempt(said, at)}
        return self._freed(state="soft", due_at=until, reason=said, **tried), []

    def given_up(self, fence: int, outcome: Failure, reason: str, at: datetime) -> Decision:
        """Over, and not sent as far as anybody knows; an operator may send it again."""
        self._check(fence)
        return self._give_up(outcome, reason, at)

    def cancelled(self, reason: str, at: datetime, *, fence: int | None = None) -> Decision:
        """No longer wanted. Without ``fence``: only while it waits, else it is left to the worker that holds it."""
        if fence is not None:
            self._check(fence)
        elif self.state not in WAITING:
            return self, []
        return self._settled("cancelled", reason, at, about=None), []

    def expired(self, at: datetime) -> Decision:
        """Nobody got round to it in time. Leaves alone what does not wait, or still has time."""
        if self.state not in WAITING or at < self.expires_at:
            return self, []
        return self._give_up("expired", f"too late; last: {self.reason}" if self.reason else "too late", at)

    def lapsed(self, fence: int, at: datetime) -> Decision:
        """Its worker has let the lease run out: nothing had left yet, or nobody knows."""
        if self.fence != fence or self.state not in HELD:
            return self, []
        if self.state == "sending":
            return self._give_up("unknown", "the worker died while the mail was leaving", at)
        if self.fence - len(self.resends) >= MAX_CLAIMS:
            return self._give_up("hard", f"claimed {MAX_CLAIMS} times without an end", at)
        return self._freed(state="soft" if self.tries else "queued", due_at=at, reason="the worker died"), []

    def again(self, by: str, at: datetime) -> Decision:
        """An operator sends it again. For ``unknown`` that may be a second copy, and the operator takes it on."""
        if self.state not in GIVEN_UP or self.about is None:
            raise DeliveryNotResendable(f"It is {self.state}; what can be sent again is {', '.join(GIVEN_UP)}.")
        changed = self.model_copy(
            update={
                "state": "queued",
                "reason": "sent again by an operator",
                "due_at": at,
                "expires_at": at + RESEND_PATIENCE,
                "settled_at": None,
                "tries": 0,
                "resends": (*self.resends, Resend(at=at, by=by, was=self.state)),
            }
        )
        return changed, []

    def erased(self, at: datetime) -> Decision:
        """The recipient is to be forgotten: nothing more is sent, and the ledger keeps no person."""
        changed = self if self.state not in WAITING else self._settled("cancelled", "erased", at)
        if changed.state not in HELD:
            changed = changed.model_copy(update={"about": None})
        return changed.model_copy(update={"member_id": None}), []

    def _check(self, fence: int) -> None:
        if self.fence != fence or self.state not in HELD:
            raise NotHeld

    def _give_up(self, outcome: Failure, reason: str, at: datetime) -> Decision:
        return self._settled(outcome, reason, at, attempts=self._with_attempt(reason, at)), [
            NotificationFailed(
                notification_id=self.id,
                member_id=self.member_id,
                purpose=self.purpose,
                cause_id=self.cause_id,
                outcome=outcome,
                failed_at=at,
            )
        ]

    def _settled(self, state: State, reason: str | None, at: datetime, **more: object) -> Message:
        return self._freed(state=state, reason=reason, settled_at=at, **more)

    def _freed(self, **update: object) -> Message:
        return self.model_copy(update={"lease_until": None, **update})

    def _with_attempt(self, said: str, at: datetime) -> tuple[Attempt, ...]:
        return (*self.attempts, Attempt(at=at, said=said))[-KEPT_ATTEMPTS:]


Decision: TypeAlias = tuple[Message, list[Event]]


def message_id(purpose: Purpose, cause: str, recipient: str, channel: str = "email") -> str:
    """The one id for this cause, recipient, channel and purpose.

    ``cause`` names the fact rather than the delivery: the event's id, or what the event is about where the same fact
    may be said again under another id (a comment hidden and shown again calls for no second mail).
    """
    return derived_id("notification", purpose, channel, recipient, cause)


def called_for(
    purpose: Purpose,
    about: AnyMatter,
    *,
    cause: str,
    cause_id: str,
    member_id: str | None,
    at: datetime,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    trace: str | None = None,
) -> Message:
    """The message that an event calls for, due at once unless said otherwise."""
    rule = RULES[purpose]
    recipient = about.proof_id if isinstance(about, ProofMatter) else member_id
    if recipient is None:
        raise ValueError(f"{purpose} needs a member")
    due_at = due_at or at
    return Message(
        id=message_id(purpose, cause, recipient),
        purpose=purpose,
        cause_id=cause_id,
        member_id=member_id,
        about=about,
        urgent=rule.urgent,
        created_at=at,
        due_at=due_at,
        expires_at=expires_at or due_at + rule.patience,
        trace=trace,
    )
