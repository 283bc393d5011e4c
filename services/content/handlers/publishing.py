"""How an item gets out: approval, the moves between its states, and publication by the clock."""

from __future__ import annotations

from datetime import datetime

import structlog

from services.content.deps import Deps
from services.content.errors import PastTime
from services.content.handlers.writing import load_seen, prose_of
from services.content.model import articles
from services.content.model.articles import Article, State
from shared.errors import Refusal, StaleWrite

log = structlog.get_logger(__name__)

AT_ONCE = 50


async def approve_article(deps: Deps, article_id: str, *, by: str, expected: int) -> Article:
    """Give an editor's word for the revision they have seen; raises ``OwnItem``, ``IllegalMove``, ``StaleWrite``."""
    article = await load_seen(deps, article_id, expected)
    now = deps.clock.now()
    return await deps.articles.save(articles.approve(article, by=by, at=now), at=now)


async def move_article(deps: Deps, article_id: str, to: State, *, when: datetime | None, expected: int) -> Article:
    """Bring an item into another state; raises what the rules refuse, ``StaleWrite``."""
    article = await load_seen(deps, article_id, expected)
    now = deps.clock.now()
    match to:
        case "published":
            moved, events = articles.publish(article, await prose_of(article.content), at=now)
        case "scheduled":
            if when is None:
                raise PastTime("Say when, in the member at.", errors=[{"pointer": "#/at", "detail": "is missing"}])
            moved, events = articles.schedule(article, when, at=now), ()
        case _:
            moved, events = articles.move(article, to, at=now)
    return await deps.articles.save(moved, events, at=now)


async def publish_due_articles(deps: Deps) -> int:
    """Publish what is due; how many that were.

    Each in one write on condition that nobody changed the item since it was read: of several workers one succeeds,
    and what fell due while all were down is published by the first that comes back.
    """
    published = 0
    for article_id in await deps.articles.due(deps.clock.now(), limit=AT_ONCE):
        try:
            published += await _publish_if_due(deps, article_id)
        except StaleWrite:
            continue  # Another worker published it, or an editor took it back.
        except Refusal as refusal:
            # It was checked when it was saved; a later release may be stricter. The others do not wait for it.
            log.warning("schedule.cannot-publish", article=article_id, refusal=refusal.slug)
    return published


async def _publish_if_due(deps: Deps, article_id: str) -> bool:
    article = await deps.articles.items.load(article_id)
    now = deps.clock.now()
    if not articles.is_due(article, at=now):
        return False
    released, events = articles.publish(article, await prose_of(article.content), at=now)
    await deps.articles.save(released, events, at=now)
    log.info("schedule.published", article=article_id)
    return True
