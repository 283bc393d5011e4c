"""The only wiring of the accounts service."""

from __future__ import annotations

from fastapi import FastAPI

from services.accounts import api, store
from services.accounts.crypto.keys import KeyRing
from services.accounts.crypto.passwords import Passwords
from services.accounts.crypto.readers import AUDIENCE, ISSUER, TYPE, ReaderCookies
from services.accounts.crypto.secrets import Vault
from services.accounts.deps import Deps
from services.accounts.handlers.beginnings import begin
from services.accounts.handlers.sweep import Sweep
from services.accounts.settings import AccountsSettings
from shared.http import create_app
from shared.service import Component, Resources, Service
from shared.tokens import PublishedKeys, TokenVerifier


async def open_deps(resources: Resources) -> Deps:
    """Make what the use cases need, and what must be there before the first of them. The only construction."""
    settings: AccountsSettings = resources.settings
    reader_tokens = TokenVerifier(
        PublishedKeys(settings.grants_url),
        issuer=ISSUER,
        audience=AUDIENCE,
        clock=resources.clock,
        type=TYPE,
        longest=None,  # A reader keeps a cookie for months.
    )
    pepper = settings.pepper.get_secret_value().encode() if settings.pepper else settings.derived_key("pepper")
    deps = Deps(
        settings=settings,
        clock=resources.clock,
        client=resources.client,
        members=store.Members(resources.db),
        proofs=store.Proofs(resources.db),
        sessions=store.Sessions(resources.db),
        reader_links=store.ReaderLinks(resources.db),
        domains=store.DomainLists(resources.db),
        limits=store.Limits(resources.db),
        vault=Vault(pepper),
        passwords=Passwords(
            memory_kib=settings.argon2_memory_kib, passes=settings.argon2_passes, slots=settings.argon2_slots
        ),
        keys=KeyRing.read(settings.signing_keys.get_secret_value()),
        readers=ReaderCookies(reader_tokens),
    )
    await begin(deps)
    return deps


async def close_deps(deps: Deps) -> None:
    """Let go of what :func:`open_deps` opened."""
    deps.passwords.close()


def create_api(deps: Deps) -> FastAPI:
    """The HTTP door."""
    return create_app(
        title="Plenary accounts",
        version="1",
        description="Who you are: joining, logging in, and what staff decide about it.",
        deps=deps,
        routers=api.ROUTERS,
        refusals=api.REFUSALS,
    )


def create_worker(deps: Deps) -> list[Component]:
    """What runs beside the relay."""
    return [Sweep(deps, every=deps.settings.sweep_seconds)]


service = Service(
    name="accounts",
    settings=AccountsSettings,
    indexes=store.INDEXES,
    aggregates=store.AGGREGATES,
    open=open_deps,
    close=close_deps,
    api=create_api,
    worker=create_worker,
)
