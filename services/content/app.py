"""The only wiring of the content service."""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI

from services.content import api, consumers, grants, store
from services.content.deps import Deps
from services.content.schemas.pages import page_bytes
from services.content.settings import ContentSettings
from services.content.store.articles import ArticleStore
from services.content.store.clouds import CloudCache
from services.content.store.comments import CommentStore
from services.content.store.geography import load_geography
from services.content.store.page_cache import PageCache
from services.content.store.pages import PageStore
from services.content.store.search import SearchStore
from services.content.store.shelves import ShelfStore
from services.content.store.sitemap import SitemapStore
from services.content.store.surveys import SurveyStore
from services.content.store.trending import TrendStore
from services.content.store.webinars import WebinarStore
from services.content.streams import TRENDING
from services.content.timers import PublicationTimer, ZoneRulesTimer
from shared.facts import Facts
from shared.http import BodyRule, create_app
from shared.sealed import Seal
from shared.service import Component, Resources, Service
from shared.tokens import PublishedKeys, TokenVerifier

ARTICLE_REQUEST = 1024 * 1024
"""Bytes of a request that holds an article: half a megabyte of Markdown grows where JSON must escape it. That the
Markdown itself is no longer is seen to where it is checked."""

SURVEY_IMPORT = 1024 * 1024
"""Bytes of a request that brings a survey with its answers: two hundred for each of five thousand."""


async def open_deps(resources: Resources) -> Deps:
    """Make what the use cases need. The only construction."""
    settings: ContentSettings = resources.settings
    pages = PageStore(resources.db, signpost_seconds=settings.signpost_seconds)
    surveys = SurveyStore(resources.client, resources.db)
    grant_keys = PublishedKeys(settings.grants_url)
    serialise = partial(page_bytes, public_url=settings.public_url)
    return Deps(
        settings=settings,
        clock=resources.clock,
        client=resources.client,
        db=resources.db,
        kafka=resources.kafka,
        facts=Facts(resources.db),
        geography=load_geography(),
        articles=ArticleStore(resources.client, resources.db, pages.forget_signposts),
        pages=pages,
        page_cache=PageCache(pages, serialise, megabytes=settings.page_cache_megabytes),
        search=SearchStore(resources.db),
        sitemap=SitemapStore(resources.db),
        comments=CommentStore(resources.db),
        shelves=ShelfStore(resources.db),
        trends=TrendStore(resources.db, TRENDING),
        surveys=surveys,
        clouds=CloudCache(surveys),
        webinars=WebinarStore(resources.client, resources.db),
        grant_keys=grant_keys,
        door=_doorkeeper(grant_keys, resources, settings),
    )


async def close_deps(deps: Deps) -> None:
    """Let go of what was opened."""
    await deps.grant_keys.close()


def _doorkeeper(keys: PublishedKeys, resources: Resources, settings: ContentSettings) -> grants.Doorkeeper:
    clock, gateway_key = resources.clock, settings.gateway_key
    return grants.Doorkeeper(
        grants=Seal(gateway_key.get_secret_value().encode(), purpose=grants.GRANT, clock=clock),
        readers=TokenVerifier(
            keys, issuer=grants.ISSUER, audience=grants.AUDIENCE, clock=clock, type=grants.READER, longest=None
        ),
        gateway_key=gateway_key,
    )


def create_api(deps: Deps) -> FastAPI:
    """The HTTP door."""
    bodies = [
        BodyRule("/v1/articles", limit=ARTICLE_REQUEST),
        BodyRule("/v1/imports/articles", limit=ARTICLE_REQUEST),
        BodyRule("/v1/imports/surveys", limit=SURVEY_IMPORT),
    ]
    return create_app(
        title="Plenary content",
        version="1",
        deps=deps,
        routers=api.ROUTERS,
        hot=api.HOT,
        bodies=bodies,
        refusals=api.REFUSALS,
        produces=(*api.clouds.PRODUCES, *api.feeds.PRODUCES, api.webinars.CALENDAR),
    )


def create_worker(deps: Deps) -> list[Component]:
    """What runs beside the relay and the consumer."""
    from shared.views import ViewComponent  # noqa: PLC0415 - the API never needs Faust

    trending = ViewComponent(
        TRENDING, service="content", kafka=deps.kafka, collection=deps.trends.collection, clock=deps.clock
    )
    return [PublicationTimer(deps), ZoneRulesTimer(deps), trending]


service = Service(
    name="content",
    settings=ContentSettings,
    indexes=store.INDEXES,
    aggregates=store.AGGREGATES,
    gathered=store.GATHERED,
    table=consumers.TABLE,
    rebuilds=consumers.REBUILDS,
    open=open_deps,
    close=close_deps,
    api=create_api,
    worker=create_worker,
)
