"""What is put into a letter: from what is known, in the recipient's language and zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_time, get_timezone_name
from babel.units import format_unit

from services.notifications.letters.links import Links
from services.notifications.model.examination import Known
from services.notifications.model.message import Message, ReplyMatter, SuggestionMatter, WebinarMatter
from services.notifications.model.people import Proof, Recipient, one_line, web_link, zone_of
from services.notifications.model.webinars import Webinar

WORLD_ENGLISH = "en_001"
"""For plain ``en``: day before month. CLDR's ``en`` is American."""


def letter_name(message: Message, known: Known) -> str:
    """Which letter tells of the message."""
    if message.purpose == "address-proof" and known.proof:
        return f"proof-{known.proof.purpose}"
    return message.purpose


def contents(message: Message, known: Known, recipient: Recipient, links: Links, now: datetime) -> dict[str, Any]:
    """The variables of the message's letter."""
    common = {
        "name": one_line(recipient.name or ""),
        "home_url": links.home(),
        "preferences_url": links.preferences(),
        "unsubscribe_url": None,
    }
    return {**common, **_of_matter(message, known, recipient, links, now)}


def _of_matter(message: Message, known: Known, recipient: Recipient, links: Links, now: datetime) -> Mapping[str, Any]:
    match message.about:
        case ReplyMatter(comment_id=comment_id) if known.article:
            return {
                "article_title": one_line(known.article.title),
                "comment_url": links.comment(known.article.slug, comment_id),
            }
        case WebinarMatter() if known.webinar:
            return _webinar(known.webinar, recipient, links)
        case SuggestionMatter() as about:
            return _suggestion(about, known.webinar, links)
    return _proof(known.proof, links, recipient, now) if known.proof else {}


def _proof(proof: Proof, links: Links, recipient: Recipient, now: datetime) -> dict[str, Any]:
    minutes = max(1, int((proof.expires_at - now).total_seconds() // 60))
    amount, unit = (minutes, "duration-minute") if minutes < 120 else (round(minutes / 60), "duration-hour")
    return {
        "code": proof.code,
        "proof_url": links.proof(proof.id.removeprefix("proof:"), proof.token) if proof.token else None,
        "valid_for": format_unit(amount, unit, length="long", locale=_locale(recipient.locale)),
    }


def _webinar(webinar: Webinar, recipient: Recipient, links: Links) -> dict[str, Any]:
    own, hosts = (_when(webinar, zone, recipient.locale) for zone in (recipient.zone, webinar.zone))
    page = links.webinar(webinar.slug)
    return {
        "title": one_line(webinar.title),
        "series": one_line(webinar.series) if webinar.series else None,
        "when": own,
        "host_when": None if own == hosts else hosts,
        "join_url": web_link(webinar.join_url),
        "recording_url": web_link(webinar.recording_url) or page,
        "webinar_url": page,
        "webinars_url": links.webinars(),
    }


def _suggestion(about: SuggestionMatter, webinar: Webinar | None, links: Links) -> dict[str, Any]:
    return {
        "title": one_line(about.title),
        "state": about.state,
        "reason": " ".join(about.reason.split()) if about.reason else None,
        "webinar_title": one_line(webinar.title) if webinar else None,
        "webinar_url": links.webinar(webinar.slug) if webinar else None,
    }


def _when(webinar: Webinar, zone_name: str, language: str) -> dict[str, str]:
    zone, locale = zone_of(zone_name), _locale(language)
    starts_at, ends_at = webinar.starts_at.astimezone(zone), webinar.ends_at.astimezone(zone)
    skeleton = "hm" if "a" in locale.time_formats["short"].pattern else "Hm"
    return {
        "day": format_date(starts_at, "full", locale),
        "start": _breakable(format_time(starts_at, "short", zone, locale)),
        "hours": _breakable(format_interval(starts_at, ends_at, skeleton, zone, locale=locale)),
        "zone": get_timezone_name(starts_at, "long", locale=locale),
    }


def _breakable(time: str) -> str:
    """With ordinary spaces in place of CLDR's narrow ones, which some mail programs show as boxes."""
    return time.replace("\u202f", " ").replace("\u2009", " ")


def _locale(tag: str) -> Locale:
    try:
        locale = Locale.parse(tag.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale.parse(WORLD_ENGLISH)
    return Locale.parse(WORLD_ENGLISH) if str(locale) == "en" else locale
