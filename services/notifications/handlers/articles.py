"""Articles, for the links in mails and the topics of preferences."""

from __future__ import annotations

from collections.abc import Sequence

from services.notifications.deps import Deps
from services.notifications.handlers.calling import arrived
from services.notifications.model.articles import Article
from services.notifications.model.message import subject
from shared.events.content import ArticlePublished
from shared.inbox import Delivery


async def know_articles(deps: Deps, deliveries: Sequence[Delivery[ArticlePublished]]) -> None:
    """Remember titles, slugs and topics, and send what has waited for them."""
    session = deliveries[0].session
    articles = [
        Article(id=event.article_id, slug=event.slug, title=event.title, topics=event.topics, revision=event.revision)
        for event in (delivery.event for delivery in deliveries)
    ]
    await deps.articles.save_all(articles, session)
    await arrived(deps, "article", [subject("article", article.id) for article in articles], session)
