"""The only wiring of the metering service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fastapi import FastAPI

from services.metering import api, consumers, store
from services.metering.deps import Deps
from services.metering.grants import Grants
from services.metering.model.policies import Policy
from services.metering.settings import MeteringSettings
from services.metering.store import Meters, Neighbours, Networks, Policies
from services.metering.streams import FUNNEL
from shared.http import create_app
from shared.service import Component, Resources, Service

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


async def open_deps(resources: Resources) -> Deps:
    """Make what the use cases need, and the first policy. The only construction."""
    settings: MeteringSettings = resources.settings
    deps = Deps(
        settings=settings,
        clock=resources.clock,
        kafka=resources.kafka,
        meters=Meters(resources.db),
        neighbours=Neighbours(resources.db),
        networks=Networks(resources.db, settings.derived_key("networks")),
        policies=Policies(resources.db),
        grants=Grants(
            settings.signing_keys.get_secret_value(),
            settings.gateway_key,
            resources.clock,
            cookie_life=timedelta(days=settings.cookie_days),
            secure=settings.public_url.startswith("https:"),
        ),
        funnel=resources.db["funnel"],
    )
    await deps.policies.begin(
        Policy(version=1, limit=settings.first_limit, zone=settings.first_zone, starts_at=BEGINNING)
    )
    return deps


def create_api(deps: Deps) -> FastAPI:
    """The HTTP door."""
    return create_app(
        title="Plenary metering", version="1", deps=deps, routers=api.ROUTERS, refusals=api.REFUSALS, hot=api.HOT
    )


def create_worker(deps: Deps) -> list[Component]:
    """What runs beside the relay and the consumer."""
    from shared.views import ViewComponent  # noqa: PLC0415 - the API never needs Faust

    return [ViewComponent(FUNNEL, service="metering", kafka=deps.kafka, collection=deps.funnel, clock=deps.clock)]


service = Service(
    name="metering",
    settings=MeteringSettings,
    indexes=store.INDEXES,
    aggregates=store.AGGREGATES,
    gathered=store.GATHERED,
    table=consumers.TABLE,
    rebuilds=consumers.REBUILDS,
    open=open_deps,
    api=create_api,
    worker=create_worker,
)
