"""What every use case is handed. Only ``app.py`` makes one."""

from __future__ import annotations

from dataclasses import dataclass

from services.content.grants import Doorkeeper
from services.content.model.geography import Geography
from services.content.settings import ContentSettings
from services.content.store.articles import ArticleStore
from services.content.store.clouds import CloudCache
from services.content.store.comments import CommentStore
from services.content.store.page_cache import PageCache
from services.content.store.pages import PageStore
from services.content.store.search import SearchStore
from services.content.store.shelves import ShelfStore
from services.content.store.sitemap import SitemapStore
from services.content.store.surveys import SurveyStore
from services.content.store.trending import TrendStore
from services.content.store.webinars import WebinarStore
from shared.clock import Clock
from shared.facts import Facts
from shared.kafka import KafkaConfig
from shared.mongo import Client, Database
from shared.tokens import PublishedKeys


@dataclass(frozen=True, slots=True)
class Deps:
    """One of each, for the life of the process. A feature adds its store here: ``surveys: SurveyStore``."""

    settings: ContentSettings
    clock: Clock
    client: Client
    db: Database
    kafka: KafkaConfig
    facts: Facts
    geography: Geography
    articles: ArticleStore
    pages: PageStore
    page_cache: PageCache
    search: SearchStore
    sitemap: SitemapStore
    comments: CommentStore
    shelves: ShelfStore
    trends: TrendStore
    surveys: SurveyStore
    clouds: CloudCache
    webinars: WebinarStore
    grant_keys: PublishedKeys
    door: Doorkeeper
