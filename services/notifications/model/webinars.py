"""Webinars and who is registered, as content has told them, and the mail that follows from both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from services.notifications.model.message import Message, WebinarMatter, called_for
from shared.events import Instant
from shared.events.content import WebinarCancelled, WebinarScheduled

LEADS = (timedelta(hours=24), timedelta(hours=1))
"""How long before the start a registrant is reminded, longest first."""

News: TypeAlias = Literal["new", "moved", "same", "stale"]


class Webinar(BaseModel):
    """What is known of a webinar."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    slug: str
    title: str
    series: str | None = None
    starts_at: Instant
    ends_at: Instant
    zone: str
    """The host's."""
    topics: tuple[str, ...] = ()
    sequence: int = 0
    join_url: str | None = None
    scheduled_at: Instant
    cancelled: bool = False
    recording_url: str | None = None


class Registration(BaseModel):
    """A member's place at a webinar."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    webinar_id: str
    member_id: str
    cause_id: str
    """The event that told of it."""
    registered_at: Instant
    active: bool = True
    changed_at: Instant


def scheduled(before: Webinar | None, event: WebinarScheduled) -> tuple[Webinar, News]:
    """What is known after the announcement, and what is new about it."""
    if before is not None and (event.sequence, event.scheduled_at) < (before.sequence, before.scheduled_at):
        return before, "stale"
    after = Webinar(
        id=event.webinar_id,
        slug=event.slug,
        title=event.title,
        series=event.series,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=event.zone,
        topics=event.topics,
        sequence=event.sequence,
        join_url=event.join_url,
        scheduled_at=event.scheduled_at,
    )
    if before is None:
        return after, "new"
    moved = event.sequence > before.sequence
    kept = {"recording_url": before.recording_url, "cancelled": before.cancelled and not moved}
    return after.model_copy(update=kept), "moved" if moved else "same"


def cancelled(before: Webinar, event: WebinarCancelled) -> Webinar:
    """The webinar will not take place. The sequence counts on, so that calendars take the cancellation for newer."""
    return before.model_copy(update={"cancelled": True, "sequence": max(before.sequence, event.sequence)})


def upon_registration(registration: Registration, webinar: Webinar | None, *, trace: str | None) -> list[Message]:
    """All mail that a registration calls for, by what is known of the webinar so far.

    A registration may arrive late, after the registrants were told that the webinar is cancelled or was recorded;
    this one has not been told.
    """
    messages = [confirmation(registration, webinar, trace=trace)]
    if webinar is None:
        return messages
    late: list[Literal["webinar-cancellation", "webinar-recording"]] = []
    if webinar.cancelled:
        late.append("webinar-cancellation")
    else:
        messages += reminders(registration, webinar, since=registration.registered_at, trace=trace)
    if webinar.recording_url:
        late.append("webinar-recording")
    at, cause_id = registration.registered_at, registration.cause_id
    for purpose in late:
        messages += notices(purpose, [registration], webinar, cause_id=cause_id, at=at, trace=trace)
    return messages


def confirmation(registration: Registration, webinar: Webinar | None, *, trace: str | None) -> Message:
    """The mail that tells a registrant they have a place; called for even before the webinar is known."""
    return called_for(
        "webinar-confirmation",
        WebinarMatter(webinar_id=registration.webinar_id, registration_id=registration.id),
        cause=registration.cause_id,
        cause_id=registration.cause_id,
        member_id=registration.member_id,
        at=registration.registered_at,
        expires_at=webinar.ends_at if webinar else None,
        trace=trace,
    )


def reminders(
    registration: Registration,
    webinar: Webinar,
    *,
    since: datetime,
    moved_from: datetime | None = None,
    trace: str | None,
) -> list[Message]:
    """The reminders that were still ahead at ``since``: when the member registered, or when the webinar was moved.

    One is useful until the next is due, the last until the start. After a move from ``moved_from``, a reminder that
    had gone out for the old time is not repeated if the start has shifted by less than its lead: the mail about the
    change has just told the member.
    """
    planned = []
    for lead, next_lead in zip(LEADS, (*LEADS[1:], timedelta()), strict=True):
        due_at = webinar.starts_at - lead
        if due_at <= since or (moved_from and _told(moved_from, webinar.starts_at, lead, since)):
            continue
        minutes = int(lead.total_seconds() // 60)
        planned.append(
            called_for(
                "webinar-reminder",
                WebinarMatter(
                    webinar_id=webinar.id,
                    registration_id=registration.id,
                    sequence=webinar.sequence,
                    lead_minutes=minutes,
                ),
                cause=f"{registration.cause_id}/{minutes}/{webinar.sequence}",
                cause_id=registration.cause_id,
                member_id=registration.member_id,
                at=since,
                due_at=due_at,
                expires_at=webinar.starts_at - next_lead,
                trace=trace,
            )
        )
    return planned


def notices(
    purpose: Literal["webinar-change", "webinar-cancellation", "webinar-recording"],
    registrations: Iterable[Registration],
    webinar: Webinar,
    *,
    cause_id: str,
    at: datetime,
    trace: str | None,
) -> list[Message]:
    """One mail for each registrant about what has happened to the webinar; once per sequence, or once at all."""
    which = {"webinar-change": str(webinar.sequence)}.get(purpose, "once")
    ends = {"webinar-recording": None}.get(purpose, max(webinar.ends_at, at + LEADS[-1]))
    return [
        called_for(
            purpose,
            WebinarMatter(webinar_id=webinar.id, registration_id=registration.id, sequence=webinar.sequence),
            cause=f"{webinar.id}/{which}",
            cause_id=cause_id,
            member_id=registration.member_id,
            at=at,
            expires_at=ends,
            trace=trace,
        )
        for registration in registrations
        if registration.registered_at <= at
    ]


def _told(moved_from: datetime, starts_at: datetime, lead: timedelta, since: datetime) -> bool:
    return moved_from - lead <= since and abs(starts_at - moved_from) < lead
