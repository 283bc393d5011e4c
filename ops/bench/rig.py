"""What a bench stands on: the platform with its servers on one core, and ways to watch what each process takes."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from ops.bench import cores
from ops.bench.cost import Cost
from ops.display import LiveProgress
from ops.embedded.platform import Platform
from ops.embedded.state import Lock
from ops.ports import Ports
from ops.settings import OpsSettings
from ops.testing import free_base
from ops.troubles import Exit, Trouble
from shared.kafka import KafkaConfig
from shared.mongo import Client, connect

Needs = Literal["servers", "platform", "nothing"]
"""MongoDB and Kafka; everything; or a bench that starts what it needs itself."""

WITHOUT_LIMITS = {
    # A bench is one address that asks more than a crowd may.
    "GATEWAY_GENERAL_RATE": '{"burst": 1000000, "per_second": 1000000}',
    "GATEWAY_ATTEMPT_RATE": '{"burst": 1000000, "per_second": 1000000}',
}
BUSY = 0.05
"""Of a core, above what is spent at rest: below it the platform has nothing left to do."""


@dataclass(frozen=True)
class Servers:
    """Where MongoDB and Kafka are, as a function in another process needs to know."""

    mongodb: str
    brokers: str
    prefix: str
    pids: Mapping[str, int]

    @property
    def kafka(self) -> KafkaConfig:
        """Kafka, without credentials, under a prefix of this measurement's own."""
        return KafkaConfig(self.brokers, topic_prefix=self.prefix)

    def client(self) -> Client:
        """MongoDB as our services connect to it."""
        return connect(self.mongodb, app_name="bench")


class Rig:
    """A platform of the bench's own in the state folder, started for the run and thrown away after it."""

    def __init__(self, needs: Needs, progress: LiveProgress, settings: OpsSettings | None = None) -> None:
        given = settings or OpsSettings()
        self.needs = needs
        self.state_dir = given.state_dir
        self.folder = given.state_dir / "bench" / needs
        self._lock = Lock(self.folder.parent / "lock")
        self._progress = progress
        self.settings = OpsSettings(state_dir=self.folder, port_base=_base(given), port={}, kafka_libs=given.kafka_libs)
        self._platform: Platform | None = None
        self._at_rest: dict[str, float] = defaultdict(float)

    async def __aenter__(self) -> Self:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        if not self._lock.acquire():
            raise Trouble("another bench is running on this state folder", "wait for it", code=Exit.CANNOT_START)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        if self.needs == "nothing":
            return self
        os.environ.update(WITHOUT_LIMITS)
        self._platform = Platform(
            settings=self.settings,
            servers_only=self.needs == "servers",
            open_kafka=True,
            progress=self._progress,
        )
        await self._platform.start()
        self.pin_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._platform is not None:
            await self._platform.stop()
            self._platform.release()
        self._lock.release()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def platform(self) -> Platform:
        """What runs."""
        if self._platform is None:
            raise AssertionError("this bench runs nothing")
        return self._platform

    @property
    def ports(self) -> Ports:
        """Every process's port."""
        return self.settings.ports

    @property
    def pids(self) -> dict[str, int]:
        """By the names that `plenary status` knows."""
        return {name: process.pid for name, process in self.platform.processes.items() if process.pid is not None}

    def some(self, *names: str) -> dict[str, int]:
        """The pids of these."""
        return {name: self.pids[name] for name in names}

    def pin_all(self) -> None:
        """Everything on the servers' core."""
        cores.pin(self.pids.values(), cores.SERVERS)

    def pin(self, name: str, core: int | None) -> None:
        """One process on a core, or on any."""
        cores.pin([self.pids[name]], core)

    @asynccontextmanager
    async def measurement(self) -> AsyncIterator[Servers]:
        """The servers for one bench: topics under a prefix and databases called ``bench_...`` are gone afterwards."""
        prefix = f"bench{uuid.uuid4().hex[:8]}."
        servers = Servers(
            self.platform.mongodb_uri, self.platform.open_brokers or "", prefix, self.some("mongod", "kafka")
        )
        try:
            yield servers
        finally:
            await _clean(servers)

    @asynccontextmanager
    async def costing(self) -> AsyncIterator[Cost]:
        """What the block costs all processes, with what they do about it afterwards, less what they do at rest."""
        cost = Cost(self.pids)
        cost.start()
        yield cost
        await self.settle()
        cost.stop()
        cost.cpu = {name: max(0.0, spent - self._at_rest[name] * cost.wall) for name, spent in cost.cpu.items()}

    async def settle(self, within: float = 15.0) -> None:
        """Wait until what the platform does afterwards is done too."""
        began = time.monotonic()
        while time.monotonic() - began < within:
            spent = await self._spending(0.3)
            if sum(spent.values()) < sum(self._at_rest.values()) + BUSY:
                return

    async def rest(self) -> None:
        """Learn what the platform takes when nobody asks for anything: the least of some seconds."""
        await asyncio.sleep(2.0)
        seconds = [await self._spending(1.0) for _ in range(4)]
        self._at_rest = min(seconds, key=lambda spent: sum(spent.values()))

    async def _spending(self, seconds: float) -> dict[str, float]:
        with Cost(self.pids) as cost:
            await asyncio.sleep(seconds)
        return {name: spent / cost.wall for name, spent in cost.cpu.items()}


async def _clean(servers: Servers) -> None:
    from aiokafka.admin import AIOKafkaAdminClient  # noqa: PLC0415 - only where Kafka is

    client = servers.client()
    try:
        for name in await client.list_database_names():
            if name.startswith("bench_"):
                await client.drop_database(name)
    finally:
        await client.close()
    admin = AIOKafkaAdminClient(**servers.kafka.client_arguments())
    await admin.start()
    try:
        ours = [topic for topic in await admin.list_topics() if topic.startswith("bench")]
        if ours:
            await admin.delete_topics(ours)
    finally:
        await admin.close()


def _base(settings: OpsSettings) -> int:
    """Beside a platform that may run on the usual ports."""
    given: dict[str, Any] = settings.model_dump(include={"port_base"}, exclude_unset=True)
    return int(given.get("port_base") or free_base())


def scratch(rig: Rig, name: str) -> Path:
    """A folder of a bench's own, gone with the rig."""
    folder = rig.folder / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
