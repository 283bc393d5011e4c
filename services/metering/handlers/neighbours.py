"""What metering keeps of what its neighbours say. Events of one article or member come in order."""

from __future__ import annotations

from collections.abc import Sequence

from services.metering.deps import Deps
from shared.events.accounts import MemberJoined, MemberUpdated, MemberVerified, ReaderLinked
from shared.events.content import ArticleArchived, ArticlePublished
from shared.inbox import Delivery


async def remember_articles(deps: Deps, deliveries: Sequence[Delivery[ArticlePublished]]) -> None:
    """An item is metered from when it is published."""
    articles = [
        {
            "_id": d.event.article_id,
            "slug": d.event.slug,
            "title": d.event.title,
            "exempt": d.event.exempt,
            "topics": list(d.event.topics),
            "regions": list(d.event.regions),
            "revision": d.event.revision,
            "gone": False,
        }
        for d in deliveries
    ]
    await deps.neighbours.remember_articles(articles, deliveries[0].session)


async def forget_article(deps: Deps, delivery: Delivery[ArticleArchived]) -> None:
    """An archived item is no longer asked for."""
    gone = {"_id": delivery.event.article_id, "revision": delivery.event.revision, "gone": True}
    await deps.neighbours.remember_articles([gone], delivery.session)


async def welcome_member(deps: Deps, delivery: Delivery[MemberJoined]) -> None:
    """Somebody has joined; if the wall was what they met before, that is worth saying."""
    event = delivery.event
    await deps.neighbours.remember_standing(event.member_id, event.standing, event.joined_at, delivery.session)
    if event.reader_id is not None:
        await deps.meters.tell_of_joining(event.reader_id, event.joined_at, delivery.session)


async def verify_member(deps: Deps, delivery: Delivery[MemberVerified]) -> None:
    """Somebody is proved to be in government: unlimited at once."""
    event = delivery.event
    await deps.neighbours.remember_standing(event.member_id, "official", event.verified_at, delivery.session)


async def update_member(deps: Deps, delivery: Delivery[MemberUpdated]) -> None:
    """A standing was granted or taken away."""
    event = delivery.event
    await deps.neighbours.remember_standing(event.member_id, event.standing, event.updated_at, delivery.session)


async def merge_meters(deps: Deps, delivery: Delivery[ReaderLinked]) -> None:
    """An anonymous reader is this member: what both have read is one set."""
    event = delivery.event
    await deps.neighbours.remember_link(event.reader_id, event.member_id, event.linked_at, delivery.session)
    await deps.meters.merge(event.reader_id, f"member:{event.member_id}", event.linked_at, delivery.session)
