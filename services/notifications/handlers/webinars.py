"""Webinars: confirmations, reminders, and what registrants must hear.

Announcements and registrations come on different topics, in any order. Each handler calls for the mail that follows
from what both sides have said so far; a message called for twice is one message.
"""

from __future__ import annotations

from services.notifications.deps import Deps
from services.notifications.handlers.calling import arrived, call_for, call_off
from services.notifications.model import webinars
from services.notifications.model.message import WAITING, Message, WebinarMatter, subject
from services.notifications.model.webinars import Registration, Webinar
from shared.events.content import (
    WebinarCancelled,
    WebinarRecorded,
    WebinarRegistered,
    WebinarRegistrationCancelled,
    WebinarScheduled,
)
from shared.inbox import Delivery
from shared.trace import current_traceparent


async def schedule_webinar(deps: Deps, delivery: Delivery[WebinarScheduled]) -> None:
    """Note a webinar's time; if it was moved, tell every registrant once and move the reminders."""
    event, session = delivery.event, delivery.session
    before = await deps.webinars.touch(event.webinar_id, session)
    webinar, news = webinars.scheduled(before, event)
    if news == "stale":
        return
    await deps.webinars.save_webinar(webinar, session)
    await arrived(deps, "webinar", [subject("webinar", webinar.id)], session)
    if news == "same":
        return
    registrations = await deps.webinars.registered(webinar.id, session)
    if before is not None and news == "moved":
        await _move(deps, before, webinar, registrations, delivery)
    else:
        trace = current_traceparent()
        planned = [
            message
            for place in registrations
            for message in webinars.reminders(place, webinar, since=place.registered_at, trace=trace)
        ]
        await call_for(deps, planned, session)


async def _move(
    deps: Deps,
    before: Webinar,
    webinar: Webinar,
    registrations: list[Registration],
    delivery: Delivery[WebinarScheduled],
) -> None:
    at, session, trace = webinar.scheduled_at, delivery.session, current_traceparent()
    await _call_off_reminders(deps, webinar.id, "the webinar was moved", delivery)
    planned = webinars.notices("webinar-change", registrations, webinar, cause_id=delivery.id, at=at, trace=trace)
    for place in registrations:
        since = max(at, place.registered_at)
        planned += webinars.reminders(place, webinar, since=since, moved_from=before.starts_at, trace=trace)
    await call_for(deps, planned, session)


async def _call_off_reminders(deps: Deps, webinar_id: str, reason: str, delivery: Delivery[WebinarScheduled]) -> None:
    now = deps.clock.now()
    waiting = await deps.messages.about([subject("webinar", webinar_id)], states=WAITING, session=delivery.session)
    reminders = [message for message in waiting if _is_reminder(message)]
    await deps.messages.save_all([message.cancelled(reason, now) for message in reminders], now, delivery.session)


def _is_reminder(message: Message) -> bool:
    return isinstance(message.about, WebinarMatter) and message.about.lead_minutes is not None


async def cancel_webinar(deps: Deps, delivery: Delivery[WebinarCancelled]) -> None:
    """Call off what was planned, and tell every registrant once."""
    event, session = delivery.event, delivery.session
    before = await deps.webinars.touch(event.webinar_id, session)
    if before is None or before.cancelled:
        return
    webinar = webinars.cancelled(before, event)
    await deps.webinars.save_webinar(webinar, session)
    await call_off(deps, [subject("webinar", webinar.id)], "the webinar was cancelled", deps.clock.now(), session)
    registrations = await deps.webinars.registered(webinar.id, session)
    planned = webinars.notices(
        "webinar-cancellation",
        registrations,
        webinar,
        cause_id=delivery.id,
        at=event.cancelled_at,
        trace=current_traceparent(),
    )
    await call_for(deps, planned, session)


async def announce_recording(deps: Deps, delivery: Delivery[WebinarRecorded]) -> None:
    """Tell everybody who had a place that the recording can be watched, once."""
    event, session = delivery.event, delivery.session
    before = await deps.webinars.touch(event.webinar_id, session)
    if before is None:
        return
    webinar = before.model_copy(update={"recording_url": event.recording_url})
    await deps.webinars.save_webinar(webinar, session)
    registrations = await deps.webinars.registered(webinar.id, session)
    planned = webinars.notices(
        "webinar-recording",
        registrations,
        webinar,
        cause_id=delivery.id,
        at=event.recorded_at,
        trace=current_traceparent(),
    )
    await call_for(deps, planned, session)


async def confirm_registration(deps: Deps, delivery: Delivery[WebinarRegistered]) -> None:
    """Confirm a place, with a calendar file, and plan the reminders that are still ahead."""
    event, session, trace = delivery.event, delivery.session, current_traceparent()
    registration = Registration(
        id=event.registration_id,
        webinar_id=event.webinar_id,
        member_id=event.member_id,
        cause_id=delivery.id,
        registered_at=event.registered_at,
        changed_at=event.registered_at,
    )
    webinar = await deps.webinars.touch(event.webinar_id, session)
    await deps.webinars.save_registration(registration, session)
    await call_for(deps, webinars.upon_registration(registration, webinar, trace=trace), session)


async def cancel_registration(deps: Deps, delivery: Delivery[WebinarRegistrationCancelled]) -> None:
    """Send nothing more about this place."""
    event, session = delivery.event, delivery.session
    await deps.webinars.touch(event.webinar_id, session)
    registration = Registration(
        id=event.registration_id,
        webinar_id=event.webinar_id,
        member_id=event.member_id,
        cause_id=delivery.id,
        registered_at=event.cancelled_at,
        active=False,
        changed_at=event.cancelled_at,
    )
    await deps.webinars.save_registration(registration, session)
    gone = [subject("registration", event.registration_id)]
    await call_off(deps, gone, "the registration was cancelled", deps.clock.now(), session)
