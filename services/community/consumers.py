"""The Kafka door: which handler hears which event."""

from services.community.handlers import neighbours
from shared.events.accounts import ContactChanged, MemberJoined, MemberUpdated, MemberVerified
from shared.events.content import ArticleArchived, ArticlePublished, WebinarScheduled
from shared.inbox import Table, Tombstones, many

TABLE: Table = {
    ArticlePublished: many(neighbours.remember_articles),
    ArticleArchived: neighbours.forget_article,
    WebinarScheduled: many(neighbours.remember_webinars),
    MemberJoined: neighbours.welcome_member,
    MemberVerified: neighbours.badge_official,
    MemberUpdated: neighbours.update_member,
    ContactChanged: neighbours.rename_member,
}

TOMBSTONES: Tombstones = {"accounts.contacts": neighbours.forget_member}
