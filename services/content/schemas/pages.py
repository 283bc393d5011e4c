"""What readers get: the one answer that must be fast is put together from bytes made beforehand."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import orjson
from pydantic import BaseModel

from services.content.model.access import Access
from services.content.model.content import Byline
from services.content.model.published import Card, Published
from services.content.schemas.articles import EmbedView, HeadingView, ReadingView
from shared.events import Instant
from shared.events.content import ArticleKind

ACTIONS: dict[str, dict[str, str]] = {
    "join": {
        "name": "join",
        "title": "Sign up free if you are in government",
        "method": "POST",
        "href": "/v1/signups",
    },
    "log-in": {"name": "log-in", "title": "Log in", "method": "POST", "href": "/v1/sessions"},
}
"""What a reader can do about the meter."""


class Action(BaseModel):
    """Something the reader can do, and where it is asked for."""

    name: Literal["join", "log-in"]
    title: str
    method: str
    href: str


class AccessView(BaseModel):
    """How this reader stands with the meter."""

    state: str
    """`metered`, `unlimited`, `exempt`, `unmetered` and `unknown-article` come with the body; `walled` and `peek` with
    the teaser."""
    used: int | None
    limit: int | None
    remaining: int | None
    resets_at: Instant | None
    reason: str | None
    actions: list[Action]


class ArticleText(BaseModel):
    """The body, ready for a page: HTML that has passed an allow-list."""

    html: str
    embeds: list[EmbedView]


class ArticlePage(BaseModel):
    """An article for this reader: in full, or a teaser whose `body` is null."""

    id: str
    slug: str
    kind: ArticleKind
    title: str
    lead: str
    byline: Byline
    topics: list[str]
    regions: list[str]
    country: str | None
    sector: str | None
    organisation: str | None
    survey_id: str | None
    webinar_id: str | None
    series: str | None
    language: str
    exempt: bool
    published_at: Instant
    updated_at: Instant
    reading: ReadingView
    headings: list[HeadingView]
    json_ld: dict[str, Any]
    """For the page's head, as `application/ld+json`: tells search engines what is behind the wall. Write `<` as
    `\\u003c` where it goes into HTML."""
    teaser: bool
    body: ArticleText | None
    comments: int
    access: AccessView


class TrendingArticle(Card):
    """An article, and how often it was read."""

    views: int


class Trending(BaseModel):
    """The articles read most."""

    hours: int
    items: list[TrendingArticle]


class Related(BaseModel):
    """Articles that go with another, the closest first."""

    items: list[Card]


def page_bytes(published: Published, *, public_url: str) -> tuple[bytes, bytes]:
    """The whole item and its teaser, as far as they are the same for everybody: JSON that lacks its end.

    The teaser is built from the parts that everybody may read. It is not the whole with something cut out.
    """
    content, prose = published.live.content, published.live.prose
    common: dict[str, Any] = {
        "id": published.id,
        "slug": published.slug,
        **content.model_dump(exclude={"body"}),
        "published_at": published.published_at,
        "updated_at": published.live.updated_at,
        "reading": prose.reading.model_dump(),
        "headings": [{"level": level, "text": text, "anchor": anchor} for level, text, anchor in prose.headings],
        "json_ld": json_ld(published, public_url=public_url),
    }
    body = {"html": prose.html, "embeds": [{"kind": kind, "id": id_} for kind, id_ in prose.embeds]}
    full = orjson.dumps({**common, "teaser": False, "body": body}, option=orjson.OPT_UTC_Z)
    teaser = orjson.dumps({**common, "teaser": True, "body": None}, option=orjson.OPT_UTC_Z)
    return full[:-1], teaser[:-1]


def json_ld(published: Published, *, public_url: str) -> dict[str, Any]:
    """The item for search engines, with what is behind the wall marked as such.

    Source: schema.org Article, and Google's "Structured data for subscription and paywalled content".
    """
    content = published.live.content
    author: dict[str, Any] = {"@type": "Person", "name": content.byline.name}
    if content.byline.title:
        author["jobTitle"] = content.byline.title
    if content.byline.organisation:
        author["affiliation"] = {"@type": "Organization", "name": content.byline.organisation}
    document: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": content.title,
        "description": content.lead,
        "inLanguage": content.language,
        "datePublished": published.published_at.isoformat(),
        "dateModified": published.live.updated_at.isoformat(),
        "author": author,
        "mainEntityOfPage": f"{public_url}/articles/{published.slug}",
        "isAccessibleForFree": content.exempt,
    }
    if not content.exempt:
        document["hasPart"] = {
            "@type": "WebPageElement",
            "isAccessibleForFree": False,
            "cssSelector": ".article-body",
        }
    return document


def whole_page(prepared: bytes, comments: int, access: Access) -> bytes:
    """The prepared bytes and what is this reader's."""
    return b"%b,%b" % (prepared, _personal(comments, access)[1:])


def page_etag(edition: int, comments: int, access: Access) -> str:
    """An entity tag for exactly this answer. It differs between the teaser and the whole, and with what the meter says,
    so that nobody's 304 stands for what they were not given.
    """
    digest = hashlib.blake2b(_personal(comments, access), digest_size=8).hexdigest()
    return f'"{edition}-{"full" if access.full else "teaser"}-{digest}"'


def _personal(comments: int, access: Access) -> bytes:
    view = {
        "state": access.state,
        "used": access.used,
        "limit": access.limit,
        "remaining": access.remaining,
        "resets_at": access.resets_at,
        "reason": access.reason,
        "actions": [ACTIONS[action] for action in access.actions],
    }
    return orjson.dumps({"comments": comments, "access": view}, option=orjson.OPT_UTC_Z)
