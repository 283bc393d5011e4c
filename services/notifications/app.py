"""The only wiring of the notifications service."""

from __future__ import annotations

from fastapi import FastAPI

from services.notifications import api, consumers, store
from services.notifications.bell import Bell
from services.notifications.deps import Deps
from services.notifications.journeys import Processes
from services.notifications.letters import Desk, shipped_letters
from services.notifications.letters.links import Links
from services.notifications.model.people import party
from services.notifications.settings import NotificationsSettings
from services.notifications.smtp import Post, Server
from services.notifications.store import (
    ArticleStore,
    MessageStore,
    PeopleStore,
    PreferencesStore,
    SuppressionStore,
    WebinarStore,
)
from services.notifications.timers import Sender, Sweeper
from services.notifications.unsubscribing import UnsubscribeTokens
from shared.http import create_app
from shared.service import Component, Resources, Service


async def open_deps(resources: Resources) -> Deps:
    """Make what the use cases need. The only construction; a template that cannot be used ends the process here."""
    settings: NotificationsSettings = resources.settings
    sender = party(settings.mail_from)
    tokens = UnsubscribeTokens(settings.secret("unsubscribe"))
    desk = Desk(shipped_letters(), Links(settings.public_url), tokens, sender, settings.mail_domain)
    desk.check()
    return Deps(
        settings=settings,
        clock=resources.clock,
        messages=MessageStore(resources.db),
        people=PeopleStore(resources.db),
        webinars=WebinarStore(resources.db),
        articles=ArticleStore(resources.db),
        preferences=PreferencesStore(resources.db),
        suppressions=SuppressionStore(resources.db, settings.secret("suppressions")),
        tokens=tokens,
        desk=desk,
        post=Post(_server(settings, sender[1])),
        bell=Bell(settings.poll_seconds),
        processes=Processes(settings.processes.split(","), settings.gateway_key),
    )


async def close_deps(deps: Deps) -> None:
    """Let go of what was opened."""
    await deps.processes.close()


def create_api(deps: Deps) -> FastAPI:
    """The HTTP door."""
    return create_app(
        title="Plenary notifications",
        version="1",
        deps=deps,
        routers=api.ROUTERS,
        bodies=api.BODIES,
        refusals=api.REFUSALS,
    )


def create_worker(deps: Deps) -> list[Component]:
    """What runs beside the relay and the consumer."""
    return [Sender(deps), Sweeper(deps)]


def _server(settings: NotificationsSettings, sender: str) -> Server:
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=sender,
        hello=settings.mail_domain,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        starttls=settings.smtp_starttls,
        tls=settings.smtp_tls,
        timeout=settings.smtp_timeout_seconds,
        verdict_timeout=settings.smtp_verdict_seconds,
    )


service = Service(
    name="notifications",
    settings=NotificationsSettings,
    indexes=store.INDEXES,
    aggregates=store.AGGREGATES,
    gathered=store.GATHERED,
    table=consumers.TABLE,
    tombstones=consumers.TOMBSTONES,
    open=open_deps,
    close=close_deps,
    api=create_api,
    worker=create_worker,
)
