"""What every use case is handed. Only ``app.py`` makes one."""

from __future__ import annotations

from dataclasses import dataclass

from services.metering.grants import Grants
from services.metering.settings import MeteringSettings
from services.metering.store import Meters, Neighbours, Networks, Policies
from shared.clock import Clock
from shared.kafka import KafkaConfig
from shared.mongo import Collection


@dataclass(frozen=True, slots=True)
class Deps:
    """One of each, for the life of the process."""

    settings: MeteringSettings
    clock: Clock
    kafka: KafkaConfig
    meters: Meters
    neighbours: Neighbours
    networks: Networks
    policies: Policies
    grants: Grants
    funnel: Collection
