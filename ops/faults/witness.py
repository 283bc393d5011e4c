"""The witness: a sixth house, built of the same plumbing as the five, whose effects show every repetition.

The services' own handlers are safe twice over: what they write would come to the same even if an event were applied
again. That is good for the platform and bad for a rehearsal of its plumbing, so the witness does the opposite. It
counts how often each event took effect, by adding one. A lost event is a missing row, a doubled one has a two, and
the moments tell whether a key's events came in order.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from pydantic import Field
from pydantic_settings import SettingsConfigDict
from pymongo import ASCENDING, IndexModel, UpdateOne

from shared.events import CATALOGUE, Event
from shared.http import create_app
from shared.inbox import Delivery, Table, many
from shared.mongo import Collection
from shared.service import Resources, Service
from shared.settings import ServiceSettings

DATABASE = "plenary_witness"
TOPIC = "witness.dead-letters"


class WitnessSettings(ServiceSettings):
    """Settings of the witness."""

    model_config = SettingsConfigDict(env_prefix="WITNESS_")

    port: int = Field(default=7106, ge=0, le=65535)
    worker_port: int = Field(default=7206, ge=0, le=65535)


@dataclass(frozen=True, slots=True)
class Deps:
    """What the one handler needs."""

    effects: Collection


async def note(deps: Deps, deliveries: Sequence[Delivery[Event]]) -> None:
    """Add one for each event."""
    now = time.time_ns()
    writes = [
        UpdateOne(
            {"_id": delivery.id},
            {
                "$inc": {"times": 1},
                "$push": {"at": now + number},
                "$set": {
                    "type": type(delivery.event).__name__,
                    "key": delivery.key,
                    "occurred_at": delivery.occurred_at,
                },
            },
            upsert=True,
        )
        for number, delivery in enumerate(deliveries)
    ]
    await deps.effects.bulk_write(writes, session=deliveries[0].session)


async def open_deps(resources: Resources) -> Deps:
    """The only construction."""
    return Deps(effects=resources.db["effects"])


def create_api(deps: Any) -> FastAPI:
    """A house has a door; nobody comes through this one."""
    return create_app(title="Plenary witness", deps=deps, routers=())


NOTE = many(note)
TABLE: Table = {kind: NOTE for kind in CATALOGUE.values() if kind.visibility != "personal"}


def make(handler: Callable[[Deps, Sequence[Delivery[Any]]], Awaitable[None]] = note) -> Service:
    """The witness with this handler."""
    return Service(
        name="witness",
        settings=WitnessSettings,
        indexes={"effects": [IndexModel([("at", ASCENDING)], name="by_time")]},
        table=dict.fromkeys(TABLE, many(handler)),
        open=open_deps,
        api=create_api,
    )


if __name__ == "__main__":
    make().main()
