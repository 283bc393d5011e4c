"""The event catalogue: every fact that travels between services, declared once, beside its topic.

Importing this package imports every owner's module, so ``CATALOGUE`` is complete.
"""

from shared.events import accounts, community, content, metering, notifications
from shared.events.base import CATALOGUE, OWNERS, Event, Instant, Topic, Visibility

TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic("accounts.members"),
        Topic("accounts.contacts", compacted=True, readers=("notifications", "community")),
        Topic("content.articles"),
        Topic("content.views"),
        Topic("content.surveys"),
        Topic("content.webinars"),
        Topic("content.registrations"),
        Topic("metering.meters"),
        Topic("notifications.outcomes"),
        Topic("community.comments"),
        Topic("community.suggestions"),
        Topic("community.suggestion-progress"),
        *(Topic(f"{owner}.dead-letters", partitions=1, retention_hours=720, readers=(owner,)) for owner in OWNERS),
    )
}
"""Every topic of the platform, with how it is kept."""

__all__ = [
    "CATALOGUE",
    "OWNERS",
    "TOPICS",
    "Event",
    "Instant",
    "Topic",
    "Visibility",
    "accounts",
    "community",
    "content",
    "metering",
    "notifications",
]
