"""The only room that knows MongoDB."""

from pymongo import IndexModel

from services.notifications.store import articles, messages, people, preferences, suppressions, webinars
from services.notifications.store.articles import ArticleStore
from services.notifications.store.messages import MessageStore
from services.notifications.store.people import PeopleStore
from services.notifications.store.preferences import PreferencesStore
from services.notifications.store.suppressions import SuppressionStore
from services.notifications.store.webinars import WebinarStore

INDEXES: dict[str, list[IndexModel]] = {
    **articles.INDEXES,
    **messages.INDEXES,
    **people.INDEXES,
    **preferences.INDEXES,
    **suppressions.INDEXES,
    **webinars.INDEXES,
}

AGGREGATES: tuple[str, ...] = ("messages",)
"""The collections whose documents carry an outbox."""

GATHERED: tuple[str, ...] = (*AGGREGATES, "facts")
"""Where events are in no hurry: what became of a mail is for whoever asks later."""

__all__ = [
    "AGGREGATES",
    "GATHERED",
    "INDEXES",
    "ArticleStore",
    "MessageStore",
    "PeopleStore",
    "PreferencesStore",
    "SuppressionStore",
    "WebinarStore",
]
