"""An article, case study or survey report: whole, or as far as the meter allows, with what goes with it."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

from starlette.responses import Response

from web.api.content import Moved
from web.api.shapes import Article, Card, Cloud, Survey, Webinar
from web.embeds import Piece, pieces
from web.pages.discussion import Discussion, discussion_of
from web.pages.doors import get
from web.visit import Visit


class Shown(NamedTuple):
    """A survey's word cloud, ready to stand in a page."""

    survey: Survey
    cloud: Cloud
    picture: str


async def article(visit: Visit) -> Response:
    """The whole page. One question for the article, which the meter counts; then all the others at once."""
    found = await visit.api.content.article(visit.request.path_params["slug"])
    if isinstance(found, Moved):
        return visit.to(f"/articles/{found.slug}", status=301)
    (context, discussion), (surveys, webinars) = await asyncio.gather(_around(visit, found), _within(visit, found))
    visit.headers["Link"] = f'<{visit.site.settings.public_url}/articles/{found.slug}>; rel="canonical"'
    return visit.page(
        "article/article.html",
        article=found,
        parts=_parts(found),
        surveys=surveys,
        webinars=webinars,
        discussion=discussion,
        **context,
    )


async def _around(visit: Visit, article: Article) -> tuple[dict[str, Any], Discussion | None]:
    content, reference = visit.api.content, visit.site.reference
    topic = article.topics[0] if article.topics else None
    (related, cases, upcoming, discussion), (topics, regions, series, managers) = await asyncio.gather(
        asyncio.gather(
            visit.if_there(content.related(article.slug)),
            visit.if_there(content.articles(kind="case_study", topic=topic, limit=5)),
            visit.if_there(_upcoming(visit, article)),
            visit.if_there(discussion_of(visit, article.slug, article.id)),
        ),
        asyncio.gather(
            visit.if_there(reference.topics()),
            visit.if_there(reference.regions()),
            visit.if_there(reference.series()),
            visit.if_there(reference.managers()),
        ),
    )
    shown = [case for case in (cases.items if cases else []) if case.id != article.id][:4]
    return {
        "related": _others(related or [], shown),
        "cases": shown,
        "upcoming": upcoming,
        "topics": topics or {},
        "regions": regions or {},
        "series": (series or {}).get(article.series or ""),
        "manager": next((manager for manager in managers or [] if manager.name), None),
    }, discussion


async def _upcoming(visit: Visit, article: Article) -> Webinar | None:
    """The next webinar that goes with the article: its series', else its topic's."""
    for query in ({"series": article.series}, {"topic": article.topics[0] if article.topics else None}):
        if any(query.values()):
            found = await visit.api.content.webinars(when="upcoming", limit=1, zone=visit.zone, **query)
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


async def _within(visit: Visit, article: Article) -> tuple[dict[str, Shown], dict[str, Webinar]]:
    """The surveys and webinars that the body shows, by the names it calls them."""
    parts = _parts(article)
    surveys = list(dict.fromkeys(piece.id for piece in parts if piece.kind == "survey"))
    webinars = list(dict.fromkeys(piece.id for piece in parts if piece.kind == "webinar"))
    shown = await asyncio.gather(*(visit.if_there(shown_survey(visit, name)) for name in surveys))
    met = await asyncio.gather(*(visit.if_there(visit.api.content.webinar(name, visit.zone)) for name in webinars))
    return (
        {name: one for name, one in zip(surveys, shown, strict=True) if one},
        {name: one for name, one in zip(webinars, met, strict=True) if one},
    )


async def shown_survey(visit: Visit, name: str) -> Shown:
    """A survey with what was answered, as data and as a picture."""
    content = visit.api.content
    return Shown(*await asyncio.gather(content.survey(name), content.cloud(name), content.cloud_picture(name)))


ROUTES = [get("/articles/{slug}", article)]
