"""The Kafka door: which handler hears which event."""

from services.notifications.handlers import articles, community, people, webinars
from shared.events.accounts import AddressProofRequested, ContactChanged, MemberJoined, MemberUpdated
from shared.events.community import CommentErased, CommentHidden, CommentPosted, SuggestionMoved
from shared.events.content import (
    ArticlePublished,
    WebinarCancelled,
    WebinarRecorded,
    WebinarRegistered,
    WebinarRegistrationCancelled,
    WebinarScheduled,
)
from shared.inbox import Table, Tombstones, many, one

TABLE: Table = {
    AddressProofRequested: people.mail_proof,
    ContactChanged: people.know_contact,
    MemberJoined: people.welcome_member,
    MemberUpdated: people.update_account,
    WebinarScheduled: webinars.schedule_webinar,
    WebinarCancelled: webinars.cancel_webinar,
    WebinarRecorded: webinars.announce_recording,
    WebinarRegistered: webinars.confirm_registration,
    WebinarRegistrationCancelled: webinars.cancel_registration,
    CommentPosted: one(community.mail_reply, when=community.answers_another),
    CommentHidden: community.call_off_reply,
    CommentErased: community.call_off_reply,
    SuggestionMoved: community.mail_progress,
    ArticlePublished: many(articles.know_articles),
}

TOMBSTONES: Tombstones = {"accounts.contacts": people.forget}
