"""The platform that is rehearsed on: everything there is, a witness, and a supervisor without patience."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from ops import kafka_admin
from ops.embedded.mongod import Mongod
from ops.embedded.platform import READY_WITHIN, Platform
from ops.embedded.probes import http_ok
from ops.embedded.processes import Process, Spec
from ops.embedded.services import base_environment
from ops.embedded.state import write_private
from ops.faults import witness
from ops.faults.network import PROXY, Line, Network
from ops.faults.replicas import Replicas
from ops.progress import Progress, doing
from ops.settings import ROOT
from ops.topology import TopicPlan, Topology
from ops.troubles import Exit, Trouble
from shared.kafka import KafkaConfig

WITNESS = "witness-worker"
WITNESS_PORT = 206
"""Distance from the base, beside the other workers."""

TWIN_PORTS = 211
BROKER_PORT = 96
"""Where the broker itself listens; it is known by the port that it has elsewhere."""

REHEARSAL: Mapping[str, Mapping[str, str]] = {
    # All clients come from this machine, and a few members write everything.
    "metering": {"METERING_FRESH_READERS_PER_NETWORK": "1000000"},
    "community": {"COMMUNITY_COMMENTS_PER_WINDOW": "10000"},
    # A mail that was put off comes again within the rehearsal.
    "notifications": {"NOTIFICATIONS_RETRY_BASE_SECONDS": "1", "NOTIFICATIONS_LEASE_SECONDS": "10"},
}
"""What differs from the platform that people run, and why."""

AT_ONCE = (0.2,)
"""Seconds before a killed process is started again, however often it was killed."""


NEVER = 3_600.0
"""Seconds after which nobody waits any more."""


class RigPlatform(Platform):
    """As ``Platform``, with the witness; every process is started again at once. The broker is behind a proxy; with
    ``replicated`` the database is too, as three mongods.
    """

    def __init__(
        self, folder: Path, port_base: int, *, replicated: bool = False, progress: Progress | None = None
    ) -> None:
        super().__init__(folder, port_base, open_kafka=True, progress=progress)
        self._replicas = Replicas(self.state, self.ports.base) if replicated else None
        lines = [Line("kafka", self.ports["kafka"], self.broker_port)]
        self.network = Network(self.state, lines + (self._replicas.lines if self._replicas else []))
        self._wiring: asyncio.Task[None] | None = None
        self.servers = frozenset({"kafka", PROXY}) | (self._replicas.names if self._replicas else {"mongod"})

    @property
    def replicas(self) -> Replicas:
        """The mongods, where there are several."""
        if self._replicas is None:
            raise Trouble("this rehearsal has one mongod", "play it with a replica set", code=Exit.FAILED)
        return self._replicas

    @property
    def mongodb_uri(self) -> str:
        """MongoDB with the right to do everything."""
        return self._replicas.uri if self._replicas else super().mongodb_uri

    async def database(self) -> str:
        """The process that takes writes to the database."""
        return (await self._replicas.primary()).name if self._replicas else "mongod"

    async def _start_mongod(self, mongod: Mongod) -> None:
        if self._replicas is None:
            await super()._start_mongod(mongod)
            return
        await self._wired()
        processes = [self._add(member.spec()) for member in self._replicas.members]
        await asyncio.gather(*(process.start() for process in processes))
        await self._replicas.settle(processes)

    async def _start_kafka(self, planning: asyncio.Task[Topology]) -> None:
        await self._wired()
        await super()._start_kafka(planning)

    async def _wired(self) -> None:
        """Return once the network is there; who needs it first begins it."""
        if self._wiring is None:
            self._wiring = asyncio.create_task(self._run_up(self.network.spec()))
        await self._wiring

    @property
    def broker_port(self) -> int:
        """Behind the proxy."""
        return self.ports.base + BROKER_PORT

    @property
    def open_kafka(self) -> KafkaConfig:
        """Kafka for the rig itself, past all faults."""
        return KafkaConfig(self.open_brokers or "")

    def environment(self, service: str) -> dict[str, str]:
        """With what a rehearsal needs."""
        return {**super().environment(service), **REHEARSAL.get(service, {})}

    async def bring_up(self) -> None:
        """The platform, then the witness."""
        await super().bring_up()
        with doing(self._progress, WITNESS):
            await asyncio.to_thread(self._declare_witness_topic)
            await self.add(self._witness())

    async def add(self, spec: Spec) -> Process:
        """Start one more process beside the others, and return once it can be used."""
        process = self._add(spec)
        await process.start()
        await process.ready(READY_WITHIN)
        return process

    async def twin(self, name: str, *, past_proxy: bool = False) -> Process:
        """A second worker of the same service, on a port of its own. ``past_proxy`` has it reach the broker by the
        rig's own way, so that the network can fail the first alone.
        """
        first = self.process(name)
        house = name.partition("-")[0].upper()
        port = self.ports.base + TWIN_PORTS + sum(other.endswith("-twin") for other in self.processes)
        environment = {**first.spec.environment, f"{house}_WORKER_PORT": str(port)}
        if past_proxy:
            kafka = self.open_kafka
            environment |= {f"{house}_KAFKA_BROKERS": kafka.brokers, f"{house}_KAFKA_SECURITY": kafka.security}
        probe = partial(http_ok, port, "/health/ready")
        return await self.add(replace(first.spec, name=f"{name}-twin", environment=environment, probe=probe))

    async def remove(self, name: str, *, kill: bool = False) -> None:
        """End a process for good, by SIGKILL if it is to have no time to say so."""
        process = self.processes.pop(name)
        await process.stop(within=0.0 if kill else None)

    async def lights_out(self) -> None:
        """SIGKILL for every process, all at once; none is started again."""
        everything = list(self.processes.values())
        for process in everything:
            process.spec = replace(process.spec, backoff=(NEVER,))
        await asyncio.gather(*(process.kill() for process in everything))
        # Only now, because it asks politely: whoever is told to stop beforehand has time to tidy up.
        await asyncio.gather(*(process.stop() for process in everything))

    async def lights_on(self, clocks: Mapping[str, timedelta]) -> None:
        """Start everything again, first what the rest stands on; ``clocks`` says how far ahead a house's clock is."""
        proxies = {PROXY} & self.processes.keys()
        for names in (proxies, (self.servers & self.processes.keys()) - proxies, self.processes.keys() - self.servers):
            await asyncio.gather(*(self._lit(self.process(name), clocks) for name in names))

    async def _lit(self, process: Process, clocks: Mapping[str, timedelta]) -> None:
        process.spec = replace(process.spec, backoff=AT_ONCE)
        ahead = clocks.get(process.name.partition("-")[0])
        if ahead is None:
            await process.start()
            await process.ready(READY_WITHIN)
        else:
            await self.restart(process.name, clock_offset=int(ahead.total_seconds()))

    def _add(self, spec: Spec) -> Process:
        return super()._add(replace(spec, backoff=AT_ONCE))

    def _declare_witness_topic(self) -> None:
        plan = TopicPlan(witness.TOPIC, 1, {"cleanup.policy": "delete"})
        kafka_admin.create_topics(kafka_admin.connect(self.open_kafka), [plan])

    def _witness(self) -> Spec:
        folder = self.state.secrets
        kafka = self.kafka
        settings = {
            "MONGODB_URI_FILE": str(write_private(folder / "witness-mongodb-uri", self.mongodb_uri)),
            "MONGODB_DATABASE": witness.DATABASE,
            "KAFKA_BROKERS": kafka.brokers,
            "KAFKA_SECURITY": kafka.security,
            "KAFKA_USERNAME": str(kafka.username),
            "KAFKA_PASSWORD_FILE": str(write_private(folder / "witness-kafka-password", str(kafka.password))),
            "WORKER_PORT": str(self.ports.base + WITNESS_PORT),
            "GATEWAY_KEY_FILE": str(self.state.secret_file("gateway-key")),
        }
        environment = {f"WITNESS_{name}": value for name, value in settings.items()}
        return Spec(
            name=WITNESS,
            command=(sys.executable, "-m", "ops.faults.witness", "worker"),
            probe=partial(http_ok, self.ports.base + WITNESS_PORT, "/health/ready"),
            environment={**base_environment(), **environment},
            folder=ROOT,
        )
