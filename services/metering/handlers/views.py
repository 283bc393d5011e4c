"""What was read while metering could not be asked is counted afterwards (M11)."""

from __future__ import annotations

from collections.abc import Sequence

from services.metering.deps import Deps
from services.metering.model.access import UNLIMITED, Article, linger
from services.metering.model.policies import Policy, in_force
from services.metering.store import Ask
from shared.events.content import ArticleViewed
from shared.inbox import Delivery

MEMBER = "member:"


def is_uncounted(view: ArticleViewed) -> bool:
    """Whether it was given while metering could not be asked. Every other view was counted when it was given."""
    return view.access == "unmetered"


async def count_given_views(deps: Deps, deliveries: Sequence[Delivery[ArticleViewed]]) -> None:
    """Count each of these views once per reader, window and article."""
    views = [delivery.event for delivery in deliveries]
    session = deliveries[0].session
    readers = [view.reader_id for view in views if view.reader_id.startswith(MEMBER)]
    standings = await deps.neighbours.standings([reader.removeprefix(MEMBER) for reader in readers], session)
    spared = {MEMBER + member for member, known in standings.items() if known.standing in UNLIMITED}
    articles = await deps.neighbours.articles([view.article_id for view in views], session)
    exempt = {article.id for article in articles.values() if article.exempt}
    policies = await deps.policies.all()
    asks = [
        _ask(delivery.event, policies, delivery.traceparent)
        for delivery in deliveries
        if delivery.event.reader_id not in spared and delivery.event.article_id not in exempt
    ]
    await deps.meters.count_given(asks, session)
    for reader_id, link in (await deps.neighbours.links([ask.reader_id for ask in asks], session)).items():
        # The reader had joined before we heard of it: the union is made once more.
        await deps.meters.merge(reader_id, MEMBER + link.member_id, link.linked_at, session)


def _ask(view: ArticleViewed, policies: list[Policy], trace: str | None) -> Ask:
    policy = in_force(policies, view.viewed_at)
    window = policy.window(view.viewed_at)
    return Ask(
        reader_id=view.reader_id,
        article=Article(id=view.article_id, topics=view.topics, regions=view.regions),
        window=window,
        limit=policy.limit,
        at=view.viewed_at,
        expires_at=linger(window, policy, view.viewed_at),
        given=True,
        trace=trace,
    )
