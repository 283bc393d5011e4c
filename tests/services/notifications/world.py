"""People, articles and webinars with names, and the events that tell of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.events.accounts import AddressProofRequested, ContactChanged, MemberJoined, MemberUpdated
from shared.events.community import CommentPosted, SuggestionMoved
from shared.events.content import (
    ArticlePublished,
    WebinarCancelled,
    WebinarRecorded,
    WebinarRegistered,
    WebinarRegistrationCancelled,
    WebinarScheduled,
)

TODAY = datetime(2027, 7, 20, 9, 0, tzinfo=UTC)
START = datetime(2027, 7, 31, 5, 30, tzinfo=UTC)
"""1.30pm in Singapore, half past five in the afternoon in Wellington."""

AROHA = "aroha@treasury.example"
INGRID = "ingrid@regeringen.example"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def contact(member: str = "aroha", **about: Any) -> ContactChanged:
    known = {
        "aroha": {"email": AROHA, "name": "Aroha Ngata", "zone": "Pacific/Auckland"},
        "ingrid": {"email": INGRID, "name": "Ingrid Ek", "zone": "Europe/Stockholm"},
    }
    usual = known.get(member, {"email": f"{member}@gov.example", "name": member.title()})
    return ContactChanged.model_validate({"contact_id": member, "revision": 1, **usual, **about})


def article(name: str = "openness", **about: Any) -> ArticlePublished:
    usual = {
        "article_id": name,
        "slug": f"what-{name}-means",
        "kind": "article",
        "title": f"What {name} means",
        "topics": ("open-government",),
        "reading_minutes": 5,
        "published_at": TODAY - DAY,
        "revision": 1,
    }
    return ArticlePublished.model_validate({**usual, **about})


def reply(comment: str = "reply", to: str | None = "aroha", by: str = "ingrid", **about: Any) -> CommentPosted:
    usual = {
        "comment_id": comment,
        "article_id": "openness",
        "author_id": by,
        "parent_id": "the-first-comment",
        "parent_author_id": to,
        "posted_at": TODAY,
    }
    return CommentPosted.model_validate({**usual, **about})


def webinar(start: datetime = START, *, sequence: int = 0, **about: Any) -> WebinarScheduled:
    usual = {
        "webinar_id": "asia-pacific",
        "slug": "open-government-asia-pacific",
        "title": "Open government in practice",
        "series": "Open government",
        "starts_at": start,
        "ends_at": start + HOUR,
        "wall_time": "2027-07-31T13:30:00",
        "zone": "Asia/Singapore",
        "topics": ("open-government",),
        "sequence": sequence,
        "join_url": "https://meet.example/open-government",
        "scheduled_at": TODAY - DAY + sequence * HOUR,
    }
    return WebinarScheduled.model_validate({**usual, **about})


def webinar_cancelled(sequence: int = 1, at: datetime = TODAY) -> WebinarCancelled:
    return WebinarCancelled(webinar_id="asia-pacific", sequence=sequence, cancelled_at=at)


def webinar_recorded(url: str = "https://video.example/open-government") -> WebinarRecorded:
    return WebinarRecorded(webinar_id="asia-pacific", recording_url=url, recorded_at=START + DAY)


def registered(member: str = "aroha", at: datetime = TODAY - 6 * HOUR) -> WebinarRegistered:
    return WebinarRegistered(
        webinar_id="asia-pacific", registration_id=f"place-of-{member}", member_id=member, registered_at=at
    )


def registration_cancelled(member: str = "aroha", at: datetime = TODAY) -> WebinarRegistrationCancelled:
    return WebinarRegistrationCancelled(
        webinar_id="asia-pacific", registration_id=f"place-of-{member}", member_id=member, cancelled_at=at
    )


def proof(purpose: str = "sign-up", **about: Any) -> AddressProofRequested:
    usual = {
        "contact_id": "proof:1",
        "email": AROHA,
        "purpose": purpose,
        "code": "482915",
        "token": "a-secret/token",
        "expires_at": TODAY + DAY,
    }
    return AddressProofRequested.model_validate({**usual, **about})


def joined(member: str = "aroha") -> MemberJoined:
    return MemberJoined(member_id=member, standing="official", joined_at=TODAY)


def suspended(member: str = "aroha", until: datetime | None = TODAY + DAY) -> MemberUpdated:
    return MemberUpdated(member_id=member, standing="member", suspended_until=until, updated_at=TODAY, revision=2)


def suggestion(state: str = "planned", **about: Any) -> SuggestionMoved:
    usual = {
        "suggestion_id": "budgets",
        "submitter_id": "aroha",
        "title": "Budgets that citizens write",
        "state": state,
        "moved_at": TODAY,
    }
    return SuggestionMoved.model_validate({**usual, **about})
