"""Feeds and the sitemap as XML: Atom (RFC 4287), RSS 2.0, and the Sitemap protocol 0.9. Leads only, never a body."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal, NamedTuple, TypeAlias
from xml.etree import ElementTree as ET

from services.content.model.published import Card

Form: TypeAlias = Literal["atom", "rss"]

MEDIA: dict[Form, str] = {"atom": "application/atom+xml", "rss": "application/rss+xml"}
SITEMAP_MEDIA = "application/xml"

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML 1.0 document may hold (section 2.2)."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without any entry changed last: Atom wants a time."""


class Feed(NamedTuple):
    """A list of articles for whoever follows it."""

    title: str
    subtitle: str
    page: str
    """Where people read the same list."""
    address: str
    """Where the feed is."""
    site: str
    items: Sequence[Card]
    topics: Mapping[str, str]
    """Topics' names by slug."""


class Address(NamedTuple):
    """A page for search engines."""

    url: str
    changed_at: datetime | None = None


def atom(feed: Feed) -> bytes:
    """The feed by RFC 4287."""
    root = ET.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    _add(root, "title", feed.title)
    if feed.subtitle:
        _add(root, "subtitle", feed.subtitle)
    _add(root, "id", feed.address)
    _add(root, "updated", _latest(feed).isoformat())
    _add(root, "link", rel="self", type=MEDIA["atom"], href=feed.address)
    _add(root, "link", rel="alternate", type="text/html", href=feed.page)
    for card in feed.items:
        entry = _add(root, "entry", **{"xml:lang": card.language})
        _add(entry, "title", card.title)
        _add(entry, "id", f"urn:uuid:{card.id}")
        _add(entry, "published", _published(card).isoformat())
        _add(entry, "updated", card.updated_at.isoformat())
        _add(entry, "link", rel="alternate", type="text/html", href=_page_of(card, feed))
        _add(_add(entry, "author"), "name", card.byline.name)
        for topic in card.topics:
            _add(entry, "category", term=topic, label=feed.topics.get(topic, topic))
        _add(entry, "summary", card.lead, type="text")
    return _bytes(root)


def rss(feed: Feed) -> bytes:
    """The feed by RSS 2.0. Authors stand in Dublin Core's element, because RSS's own wants a mail address."""
    root = ET.Element(
        "rss",
        {
            "version": "2.0",
            "xmlns:atom": "http://www.w3.org/2005/Atom",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
        },
    )
    channel = _add(root, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.page)
    _add(channel, "description", feed.subtitle or feed.title)
    _add(channel, "lastBuildDate", _mail_date(_latest(feed)))
    _add(channel, "atom:link", rel="self", type=MEDIA["rss"], href=feed.address)
    for card in feed.items:
        item = _add(channel, "item")
        _add(item, "title", card.title)
        _add(item, "link", _page_of(card, feed))
        _add(item, "guid", f"urn:uuid:{card.id}", isPermaLink="false")
        _add(item, "pubDate", _mail_date(_published(card)))
        _add(item, "dc:creator", card.byline.name)
        for topic in card.topics:
            _add(item, "category", feed.topics.get(topic, topic))
        _add(item, "description", card.lead)
    return _bytes(root)


def sitemap(addresses: Iterable[Address]) -> bytes:
    """The pages of the site by the Sitemap protocol."""
    root = ET.Element("urlset", {"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9"})
    for address in addresses:
        url = _add(root, "url")
        _add(url, "loc", address.url)
        if address.changed_at is not None:
            _add(url, "lastmod", address.changed_at.isoformat())
    return _bytes(root)


def _add(parent: ET.Element, tag: str, text: str | None = None, /, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, tag, {name: _NO_XML.sub("", value) for name, value in attributes.items()})
    if text is not None:
        child.text = _NO_XML.sub("", text)
    return child


def _bytes(root: ET.Element) -> bytes:
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _page_of(card: Card, feed: Feed) -> str:
    return f"{feed.site}/articles/{card.slug}"


def _published(card: Card) -> datetime:
    return card.published_at or card.updated_at


def _latest(feed: Feed) -> datetime:
    return max((card.updated_at for card in feed.items), default=_BEGINNING)


def _mail_date(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC), usegmt=True)
