"""The reader's door: articles, lists of them, and what is read most."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from services.content.deps import Deps
from services.content.grants import Knock
from services.content.handlers import reading, searching, writing
from services.content.handlers.reading import Moved, Opened
from services.content.model.articles import State
from services.content.model.lists import Filters, Order, Place
from services.content.model.published import Card
from services.content.schemas.articles import Country, Slug
from services.content.schemas.pages import ArticlePage, Related, Trending, TrendingArticle, page_etag, whole_page
from shared import faultpoints
from shared.errors import Forbidden, NotSignedIn
from shared.events.content import ArticleKind
from shared.http import (
    Anyone,
    Cursoring,
    HotRoute,
    Identity,
    InstantAsked,
    JsonBytes,
    Page,
    Paging,
    ValidationFailed,
    anyone,
    deps_of,
    fresh,
    is_head,
)

router = APIRouter(prefix="/v1", tags=["articles"])
Wired = Annotated[Deps, Depends(deps_of)]
SlugPath = Annotated[str, Path(max_length=200)]
NOT_BOTH = {"detail": "cannot go with topic", "parameter": "region", "in": "query"}
OWN = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
"""An article's answer is one reader's: it may be kept by them alone, and is asked for again each time."""


async def filters(
    topic: Annotated[Slug | None, Query()] = None,
    region: Annotated[Slug | None, Query()] = None,
    country: Annotated[Country | None, Query(description="ISO 3166-1 alpha-2.")] = None,
    kind: Annotated[ArticleKind | None, Query()] = None,
    series: Annotated[Slug | None, Query()] = None,
    since: Annotated[InstantAsked | None, Query(description="Published at this instant or later.")] = None,
    until: Annotated[InstantAsked | None, Query(description="Published before this instant.")] = None,
) -> Filters:
    """What a list is narrowed to."""
    return Filters(topic, region, country, kind, series, since, until)


Narrowed = Annotated[Filters, Depends(filters)]


@router.get("/articles", response_model=Page[Card])
async def list_articles(
    deps: Wired,
    identity: Anyone,
    narrowed: Narrowed,
    paging: Paging,
    q: Annotated[str | None, Query(min_length=1, max_length=200, description="Words, as in `/v1/search`.")] = None,
    sort: Annotated[Order, Query(description="By publication; with `q` the best match comes first.")] = "newest",
    state: Annotated[State, Query(description="Other than `published`: for editors.")] = "published",
) -> Response:
    """Articles, newest first, narrowed by any of the filters; or those that a search finds."""
    if state != "published":
        if identity is None:
            raise NotSignedIn
        if not identity.may("editor", "admin"):
            raise Forbidden("Only editors see what is not published.")
        return _page(paging, await writing.articles_on_the_desk(deps, state, _place(paging), paging.limit + 1), "desk")
    if q is None:
        cards = await reading.newest_articles(deps, narrowed, sort, _place(paging), paging.limit + 1)
        return _page(paging, cards, "published")
    found = await searching.search_items(deps, q, narrowed, "best", paging.after, paging.limit + 1)
    shown, more = found[: paging.limit], len(found) > paging.limit
    return _answer(paging, [each.card for each in shown], (shown[-1].score, shown[-1].card.id) if more else None)


@router.get(
    "/articles/{slug}", response_model=ArticlePage, responses={301: {"description": "It is called otherwise by now."}}
)
async def read_article(slug: SlugPath, request: Request, deps: Wired, identity: Anyone) -> Response:
    """An article, in full or as a teaser, as the meter allows; the wall is an answer and not an error.

    A former slug leads to the present one (301). HEAD and prefetching count as no reading and show the teaser.
    """
    return await _read(request, deps, slug, identity)


async def _read_hot(request: Request) -> Response:
    return await _read(request, request.app.state.deps, request.path_params["slug"], await anyone(request))


HOT = (HotRoute("/v1/articles/{slug}", _read_hot),)
"""What is asked for most."""


async def _read(request: Request, deps: Deps, slug: str, identity: Identity | None) -> Response:
    opened = await reading.open_article(deps, slug, _knock(request, identity.member_id if identity else None))
    if isinstance(opened, Moved):
        return RedirectResponse(f"/v1/articles/{opened.slug}", status_code=301, headers=OWN)
    answer = _article(request, opened)
    if answer.status_code == 200:
        await reading.tell_view(deps, opened, request.scope["plenary.request_id"])
        faultpoints.reach("view.after-commit")
    return answer


@router.get("/articles/{slug}/related", response_model=Related)
async def related_articles(slug: SlugPath, deps: Wired, limit: Annotated[int, Query(ge=1, le=20)] = 4) -> Response:
    """What goes with an article, the closest first."""
    return JsonBytes(Related(items=list(await reading.related_articles(deps, slug, limit))))


@router.get("/trending", response_model=Trending)
async def trending_articles(
    deps: Wired,
    topic: Annotated[Slug | None, Query()] = None,
    region: Annotated[Slug | None, Query()] = None,
    hours: Annotated[int, Query(ge=1, le=168, description="The window, up to a week.")] = 24,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Response:
    """The articles read most of late: everywhere, under one topic, or under one region."""
    if topic is not None and region is not None:
        raise ValidationFailed("Ask for a topic or for a region.", errors=[NOT_BOTH])
    found = await reading.trending_articles(
        deps, topic=topic, region=region, window=timedelta(hours=hours), limit=limit
    )
    items = [TrendingArticle(**card.model_dump(), views=views) for card, views in found]
    return JsonBytes(Trending(hours=hours, items=items))


def _knock(request: Request, member_id: str | None) -> Knock:
    headers = request.headers
    grant = headers.get("x-plenary-access")
    return Knock(
        grant=grant,
        gateway_key=headers.get("x-plenary-gateway-key"),
        meter_was_down=headers.get("x-envoy-auth-failure-mode-allowed") == "true",
        # Who has metering's word needs no cookie, and a cookie is long to take apart.
        cookie=request.cookies.get("plenary_reader") if grant is None else None,
        member_id=member_id,
        peek=is_head(request) or _fetched_ahead(headers.get("sec-purpose", headers.get("purpose", ""))),
    )


def _fetched_ahead(purpose: str) -> bool:
    """Whether a browser only prepares for a reader who may come."""
    return "prefetch" in purpose.lower() or "prerender" in purpose.lower()


def _article(request: Request, opened: Opened) -> Response:
    page, comments, access = opened
    content = whole_page(page.full if access.full else page.teaser, comments, access)
    return fresh(request, content, page_etag(page.edition, comments, access), OWN)


def _place(paging: Cursoring) -> Place | None:
    return None if paging.after is None else Place(*paging.after)


def _page(paging: Cursoring, cards: Sequence[Card], list_: str) -> Response:
    """The page of ``cards``, of which one more than fits was asked for."""
    shown, more = cards[: paging.limit], len(cards) > paging.limit
    if not more:
        return _answer(paging, shown, None)
    last = shown[-1]
    return _answer(paging, shown, (last.updated_at if list_ == "desk" else last.published_at, last.id))


def _answer(paging: Cursoring, cards: Sequence[Card], position: tuple[object, ...] | None) -> Response:
    page = Page[Card](items=list(cards), next=paging.cursor(position) if position else None)
    return JsonBytes(page, headers=paging.headers(position))
