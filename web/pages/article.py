"""An article, case study or survey report: whole, or as far as the meter allows, with what goes with it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Coroutine
from typing import Any, NamedTuple

from starlette.responses import Response

from web import drafts
from web.api import Api
from web.api.content import Moved
from web.api.shapes.articles import Article, Card
from web.api.shapes.surveys import Cloud, Survey
from web.api.shapes.webinars import Webinar
from web.embeds import Piece, pieces
from web.forms import Form
from web.pages.discussion import PAGE, Discussion, discussion_of
from web.pages.doors import get
from web.visit import Visit


class Shown(NamedTuple):
    """A survey's word cloud, ready to stand in a page."""

    survey: Survey
    cloud: Cloud
    picture: str


class Around(NamedTuple):
    """What stands beside an article and below it."""

    context: dict[str, Any]
    discussion: Discussion | None


class Within(NamedTuple):
    """What the body shows, by the names it calls them."""

    surveys: dict[str, Shown]
    webinars: dict[str, Webinar]


async def article(visit: Visit) -> Response:
    """The whole page. One question for the article, which the meter counts; then all the others at once."""
    answer = await visit.api.content.article(visit.request.path_params["slug"])
    if isinstance(answer, Moved):
        return visit.to(f"/articles/{answer.slug}", status=301)
    visit.headers["Link"] = (
        f'<{visit.site.settings.public_url}/articles/{visit.request.path_params["slug"]}>; rel="canonical"'
    )
    if _is_anybody(visit):
        return await _for_many(visit, answer)
    found = visit.api.content.read(answer)
    discussion = visit.if_there(discussion_of(visit, found.slug, found.id))
    around, within = await asyncio.gather(
        _around(visit, visit.api, found, discussion), _within(visit, visit.api, found)
    )
    return visit.page("article/article.html", **_context(found, around, within))


def _is_anybody(visit: Visit) -> bool:
    """Whether nothing of the page is this reader's own."""
    known = visit.session is not None or visit.session_waits
    return not known and not visit.request.query_params and not drafts.kept(visit.request.cookies)


async def _for_many(visit: Visit, answer: bytes) -> Response:
    """The page for a reader whom we know nothing of but what the meter says in its answer."""
    digest = hashlib.blake2b(answer, digest_size=16).digest()
    slug = visit.request.path_params["slug"]
    beside = visit.site.reference.beside

    async def around(api: Api) -> Around:
        found = api.content.read(answer)
        return await _around(visit, api, found, visit.if_there(_beginning(api, found)))

    async def within(api: Api) -> Within:
        return await _within(visit, api, api.content.read(answer))

    same = await asyncio.gather(
        beside(("around", slug, visit.zone), around), beside(("within", digest, visit.zone), within)
    )
    kept = visit.kept_page((digest,), same)
    if kept is not None:
        return kept
    context = _context(visit.api.content.read(answer), *same)
    return visit.page_for_many((digest,), same, "article/article.html", **context)


def _context(article: Article, around: Around, within: Within) -> dict[str, Any]:
    return {
        "article": article,
        "parts": _parts(article),
        "surveys": within.surveys,
        "webinars": within.webinars,
        "discussion": around.discussion,
        **around.context,
    }


async def _around(
    visit: Visit, api: Api, article: Article, discussion: Coroutine[Any, Any, Discussion | None]
) -> Around:
    content, reference = api.content, visit.site.reference
    topic = article.topics[0] if article.topics else None
    (related, cases, upcoming, discussed), (topics, regions, series, managers) = await asyncio.gather(
        asyncio.gather(
            visit.if_there(content.related(article.slug)),
            visit.if_there(content.articles(kind="case_study", topic=topic, limit=5)),
            visit.if_there(_upcoming(visit, api, article)),
            discussion,
        ),
        asyncio.gather(
            visit.if_there(reference.topics()),
            visit.if_there(reference.regions()),
            visit.if_there(reference.series()),
            visit.if_there(reference.managers()),
        ),
    )
    shown = [case for case in (cases.items if cases else []) if case.id != article.id][:4]
    context = {
        "related": _others(related or [], shown),
        "cases": shown,
        "upcoming": upcoming,
        "topics": topics or {},
        "regions": regions or {},
        "series": (series or {}).get(article.series or ""),
        "manager": next((manager for manager in managers or [] if manager.name), None),
    }
    return Around(context, discussed)


async def _beginning(api: Api, article: Article) -> Discussion:
    """The discussion's first page, oldest first."""
    page = await api.community.comments(article.id, order="oldest", limit=PAGE)
    return Discussion(
        slug=article.slug,
        article_id=article.id,
        comments=page.items,
        next=page.next,
        order="oldest",
        answering=None,
        form=Form({"body": ""}),
        closed=page.closed,
    )


async def _upcoming(visit: Visit, api: Api, article: Article) -> Webinar | None:
    """The next webinar that goes with the article: its series', else its topic's."""
    for query in ({"series": article.series}, {"topic": article.topics[0] if article.topics else None}):
        if any(query.values()):
            found = await api.content.webinars(when="upcoming", limit=1, zone=visit.zone, **query)
            if found.items:
                return found.items[0]
    return None


def _others(related: list[Card], cases: list[Card]) -> list[Card]:
    listed = {case.id for case in cases}
    return [card for card in related if card.id not in listed][:3]


def _parts(article: Article) -> list[Piece]:
    """The body's pieces; a survey report or webinar notice that does not show its own begins with it."""
    if article.body is None:
        return []
    found = pieces(article.body.html)
    own = (("survey", article.survey_id), ("webinar", article.webinar_id))
    kinds = {piece.kind for piece in found}
    return [*(Piece("", kind, id_) for kind, id_ in own if id_ and kind not in kinds), *found]


async def _within(visit: Visit, api: Api, article: Article) -> Within:
    """The surveys and webinars that the body shows, by the names it calls them."""
    parts = _parts(article)
    surveys = list(dict.fromkeys(piece.id for piece in parts if piece.kind == "survey"))
    webinars = list(dict.fromkeys(piece.id for piece in parts if piece.kind == "webinar"))
    shown = await asyncio.gather(*(visit.if_there(survey_of(api, name)) for name in surveys))
    met = await asyncio.gather(*(visit.if_there(api.content.webinar(name, visit.zone)) for name in webinars))
    return Within(
        {name: one for name, one in zip(surveys, shown, strict=True) if one},
        {name: one for name, one in zip(webinars, met, strict=True) if one},
    )


async def survey_of(api: Api, name: str) -> Shown:
    """A survey with what was answered, as data and as a picture."""
    content = api.content
    return Shown(*await asyncio.gather(content.survey(name), content.cloud(name), content.cloud_picture(name)))


ROUTES = [get("/articles/{slug}", article)]
