"""What every use case is handed. Only ``app.py`` makes one."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifications.bell import Bell
from services.notifications.journeys import Processes
from services.notifications.letters import Desk
from services.notifications.settings import NotificationsSettings
from services.notifications.smtp import Post
from services.notifications.store import (
    ArticleStore,
    MessageStore,
    PeopleStore,
    PreferencesStore,
    SuppressionStore,
    WebinarStore,
)
from services.notifications.unsubscribing import UnsubscribeTokens
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class Deps:
    """One of each, for the life of the process."""

    settings: NotificationsSettings
    clock: Clock
    messages: MessageStore
    people: PeopleStore
    webinars: WebinarStore
    articles: ArticleStore
    preferences: PreferencesStore
    suppressions: SuppressionStore
    tokens: UnsubscribeTokens
    desk: Desk
    post: Post
    bell: Bell
    processes: Processes
