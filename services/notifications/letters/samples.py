"""One believable case, or more, for every letter: what the templates are checked with before anything is sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.notifications.letters.contents import contents, letter_name
from services.notifications.letters.links import Links
from services.notifications.model.articles import Article
from services.notifications.model.examination import Known
from services.notifications.model.message import (
    AnyMatter,
    MemberMatter,
    Message,
    ProofMatter,
    ReplyMatter,
    SuggestionMatter,
    WebinarMatter,
    called_for,
)
from services.notifications.model.people import Contact, Proof, Recipient
from services.notifications.model.purposes import RULES
from services.notifications.model.webinars import Webinar
from shared.events.notifications import Purpose

NOW = datetime(2017, 7, 14, 9, 0, tzinfo=UTC)
AROHA = Contact(id="aroha", email="aroha@treasury.example", name="Aroha Ngata", zone="Pacific/Auckland", revision=1)
ARTICLE = Article(id="openness", slug="what-openness-means", title="What openness means to those who practise it")
WEBINAR = Webinar(
    id="asia-pacific",
    slug="open-government-asia-pacific",
    title="Open government in practice: the Asia-Pacific session",
    series="Open government, region by region",
    starts_at=datetime(2017, 7, 31, 5, 30, tzinfo=UTC),
    ends_at=datetime(2017, 7, 31, 6, 30, tzinfo=UTC),
    zone="Asia/Singapore",
    join_url="https://meet.example/open-government",
    recording_url="https://video.example/open-government",
    scheduled_at=NOW,
)
BARE_WEBINAR = WEBINAR.model_copy(
    update={"zone": AROHA.zone, "series": None, "join_url": None, "recording_url": None, "title": "Short & plain <one>"}
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A message with all that is known about it."""

    message: Message
    known: Known
    recipient: Recipient


def samples() -> Iterator[Sample]:
    """Every letter at least once, with and without what may be missing."""
    yield from _proofs()
    for about, known in (
        (ReplyMatter(comment_id="reply", article_id=ARTICLE.id), Known(article=ARTICLE)),
        *_suggestions(),
    ):
        yield _sample("comment-reply" if isinstance(about, ReplyMatter) else "suggestion-progress", about, known)
    yield _sample("welcome", MemberMatter(), Known())
    place = WebinarMatter(webinar_id=WEBINAR.id, registration_id="place")
    for purpose in (name for name in RULES if name.startswith("webinar-")):
        for webinar in (WEBINAR, BARE_WEBINAR):
            yield _sample(purpose, place, Known(webinar=webinar))


def sample_variables(links: Links) -> dict[str, list[dict[str, Any]]]:
    """The variables of each letter's samples, with and without a link to unsubscribe."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for sample in samples():
        given = contents(sample.message, sample.known, sample.recipient, links, NOW)
        for unsubscribe_url in (None, links.unsubscribe("token")):
            name = letter_name(sample.message, sample.known)
            found[name].append({**given, "unsubscribe_url": unsubscribe_url})
    return found


def _proofs() -> Iterator[Sample]:
    for purpose in ("sign-up", "log-in", "password-reset", "already-a-member"):
        for code, token in (("482915", "a-token"), (None, "a-token"), ("482915", None)):
            proof = Proof.model_validate(
                {
                    "id": "proof:1",
                    "email": "aroha@treasury.example",
                    "purpose": purpose,
                    "code": code,
                    "token": token,
                    "expires_at": NOW + timedelta(hours=24) if token else NOW + timedelta(minutes=15),
                }
            )
            yield _sample("address-proof", ProofMatter(proof_id=proof.id), Known(proof=proof))


def _suggestions() -> Iterator[tuple[AnyMatter, Known]]:
    for state, reason in (("triaged", None), ("planned", "For the autumn."), ("scheduled", None), ("declined", "No.")):
        about = SuggestionMatter(suggestion_id="s", title="Budgets that citizens write", state=state, reason=reason)
        yield about, Known(webinar=WEBINAR if state == "scheduled" else None)


def _sample(purpose: Purpose, about: AnyMatter, known: Known) -> Sample:
    member_id = None if known.proof else AROHA.id
    message = called_for(purpose, about, cause="sample", cause_id="sample", member_id=member_id, at=NOW)
    if known.proof:
        return Sample(message, known, Recipient(email=known.proof.email, locale=known.proof.locale))
    return Sample(message, known, Recipient(AROHA.email, AROHA.name, AROHA.locale, AROHA.zone))
