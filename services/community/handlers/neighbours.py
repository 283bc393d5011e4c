"""What community keeps of what its neighbours say. Events of one article, webinar or member come in order."""

from __future__ import annotations

from collections.abc import Sequence

from services.community.deps import Deps
from shared.events.accounts import ContactChanged, MemberJoined, MemberUpdated, MemberVerified
from shared.events.content import ArticleArchived, ArticlePublished, WebinarScheduled
from shared.inbox import Delivery


async def remember_articles(deps: Deps, deliveries: Sequence[Delivery[ArticlePublished]]) -> None:
    """Articles can be commented on from when they are published."""
    articles = [
        {
            "_id": d.event.article_id,
            "slug": d.event.slug,
            "title": d.event.title,
            "revision": d.event.revision,
            "gone": False,
        }
        for d in deliveries
    ]
    await deps.neighbours.remember_articles(articles, deliveries[0].session)


async def forget_article(deps: Deps, delivery: Delivery[ArticleArchived]) -> None:
    """An archived article takes no more comments."""
    gone = {"_id": delivery.event.article_id, "revision": delivery.event.revision, "gone": True}
    await deps.neighbours.remember_articles([gone], delivery.session)


async def remember_webinars(deps: Deps, deliveries: Sequence[Delivery[WebinarScheduled]]) -> None:
    """A suggestion may be scheduled as any announced webinar."""
    webinars = [
        {"_id": d.event.webinar_id, "slug": d.event.slug, "title": d.event.title, "revision": d.event.sequence}
        for d in deliveries
    ]
    await deps.neighbours.remember_webinars(webinars, deliveries[0].session)


async def welcome_member(deps: Deps, delivery: Delivery[MemberJoined]) -> None:
    """A new member."""
    fields = {"standing": delivery.event.standing}
    await deps.neighbours.remember_member(delivery.event.member_id, fields, 0, delivery.session)


async def badge_official(deps: Deps, delivery: Delivery[MemberVerified]) -> None:
    """What an official writes says so."""
    await deps.neighbours.set_standing(delivery.event.member_id, "official", delivery.session)


async def update_member(deps: Deps, delivery: Delivery[MemberUpdated]) -> None:
    """Standing, roles or a suspension have changed."""
    event = delivery.event
    fields = {"standing": event.standing, "roles": list(event.roles), "suspended_until": event.suspended_until}
    await deps.neighbours.remember_member(event.member_id, fields, event.revision, delivery.session)


async def rename_member(deps: Deps, delivery: Delivery[ContactChanged]) -> None:
    """Who stands beside what a member wrote."""
    event = delivery.event
    fields = {"name": event.name, "organisation": event.organisation, "job_title": event.job_title}
    await deps.neighbours.remember_contact(event.contact_id, fields, event.revision, delivery.session)


async def forget_member(deps: Deps, delivery: Delivery[None]) -> None:
    """The member's name is to be forgotten."""
    await deps.neighbours.forget_contact(delivery.key, delivery.session)
