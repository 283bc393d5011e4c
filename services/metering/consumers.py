"""The Kafka door: which handler hears which event, and what is made again of which."""

from collections.abc import Mapping

from services.metering.handlers import neighbours, rebuilding, views
from shared.events.accounts import MemberJoined, MemberUpdated, MemberVerified, ReaderLinked
from shared.events.content import ArticleArchived, ArticlePublished, ArticleViewed
from shared.events.metering import MeterAdvanced
from shared.inbox import Table, many
from shared.rebuilding import Rebuildable

TABLE: Table = {
    ArticlePublished: many(neighbours.remember_articles),
    ArticleArchived: neighbours.forget_article,
    ArticleViewed: many(views.count_given_views, when=views.is_uncounted),
    MemberJoined: neighbours.welcome_member,
    MemberVerified: neighbours.verify_member,
    MemberUpdated: neighbours.update_member,
    ReaderLinked: neighbours.merge_meters,
}

REBUILDS: Mapping[str, Rebuildable] = {
    "meters": Rebuildable((MeterAdvanced, ReaderLinked), rebuilding.rebuild_meters),
}
