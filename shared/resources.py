"""What a process holds for its whole life: its settings, its database, its clock and its ways to the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.clock import Clock
from shared.kafka import KafkaConfig
from shared.mongo import Client, Database, connect
from shared.settings import ServiceSettings
from shared.tokens import Keys, PublishedKeys, TokenVerifier


@dataclass(frozen=True, slots=True)
class Resources:
    """Handed to a service's ``open_deps``. Nothing in it has connected yet; everything connects when first used."""

    settings: Any
    """The service's own settings class."""
    client: Client
    db: Database
    clock: Clock
    kafka: KafkaConfig
    tokens: TokenVerifier
    """Verifies access tokens."""
    keys: Keys
    """The keys of access tokens, as accounts publishes them."""

    async def close(self) -> None:
        """Let go of what was opened."""
        if isinstance(self.keys, PublishedKeys):
            await self.keys.close()
        await self.client.close()


def open_resources(settings: ServiceSettings, *, role: str = "api", keys: Keys | None = None) -> Resources:
    """The resources that these settings describe. ``keys`` replaces the published keys where they are at hand."""
    client = connect(settings.mongodb_uri.get_secret_value(), app_name=f"{settings.service_name}-{role}")
    keys = keys or PublishedKeys(settings.jwks_url)
    tokens = TokenVerifier(keys, issuer=settings.token_issuer, audience=settings.token_audience, clock=settings.clock)
    return Resources(
        settings=settings,
        client=client,
        db=client[settings.database_name],
        clock=settings.clock,
        kafka=settings.kafka,
        tokens=tokens,
        keys=keys,
    )
