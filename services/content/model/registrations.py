"""Registrations: who has a place at a webinar (S7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from services.content.errors import WebinarFull, WebinarIsCancelled, WebinarStarted
from services.content.model.webinars import Webinar
from shared.events import Event, Instant
from shared.events.content import WebinarRegistered, WebinarRegistrationCancelled
from shared.ids import derived_id
from shared.model import Aggregate


class Registration(Aggregate):
    """A member's place at a webinar, held or given up. There is one for each member and webinar, whatever happens, so
    that what happens to it is told in order.
    """

    webinar_id: str
    member_id: str
    state: Literal["registered", "cancelled"]
    registered_at: Instant
    cancelled_at: Instant | None = None


Placed: TypeAlias = tuple[Webinar, Registration, Sequence[Event]]


def registration_id(webinar_id: str, member_id: str) -> str:
    """The id of this member's registration for this webinar."""
    return derived_id("registration", webinar_id, member_id)


def register(webinar: Webinar, before: Registration | None, *, member_id: str, at: datetime) -> Placed:
    """Give the member a place; who has one keeps it.

    Raises :class:`WebinarIsCancelled`, :class:`WebinarStarted`, :class:`WebinarFull`.
    """
    if before is not None and before.state == "registered":
        return webinar, before, ()
    _require_open(webinar, at)
    if webinar.places_left == 0:
        raise WebinarFull(f"All {webinar.about.capacity} places are taken.", capacity=webinar.about.capacity)
    registration = Registration(
        id=registration_id(webinar.id, member_id),
        version=before.version if before else 0,
        webinar_id=webinar.id,
        member_id=member_id,
        state="registered",
        registered_at=at,
    )
    said = WebinarRegistered(
        webinar_id=webinar.id, registration_id=registration.id, member_id=member_id, registered_at=at
    )
    return webinar.model_copy(update={"taken": webinar.taken + 1}), registration, (said,)


def give_up(webinar: Webinar, before: Registration, *, at: datetime) -> Placed:
    """Take the place back; once is enough. Raises :class:`WebinarIsCancelled`, :class:`WebinarStarted`."""
    if before.state == "cancelled":
        return webinar, before, ()
    _require_open(webinar, at)
    registration = before.model_copy(update={"state": "cancelled", "cancelled_at": at})
    said = WebinarRegistrationCancelled(
        webinar_id=webinar.id, registration_id=before.id, member_id=before.member_id, cancelled_at=at
    )
    return webinar.model_copy(update={"taken": webinar.taken - 1}), registration, (said,)


def _require_open(webinar: Webinar, at: datetime) -> None:
    if webinar.cancelled_at is not None:
        raise WebinarIsCancelled("It will not take place.", cancelled_at=webinar.cancelled_at)
    if webinar.has_started(at):
        raise WebinarStarted(
            f"It began at {webinar.slot.starts_at:%Y-%m-%dT%H:%MZ}.", started_at=webinar.slot.starts_at
        )
