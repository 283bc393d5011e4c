"""The whole platform, or only its servers, as child processes of this one."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ops import doctor, mongo_admin
from ops.embedded import demo_data, java, logs, neighbours, provision, services
from ops.embedded.kafka import Kafka
from ops.embedded.loops import LoopThread, together
from ops.embedded.mongod import Mongod
from ops.embedded.processes import Process, Spec, end_leftovers
from ops.embedded.state import Lock, State
from ops.ports import Ports
from ops.progress import Progress, Quiet, doing
from ops.settings import OpsSettings
from ops.topology import Topology
from ops.troubles import Exit, Trouble
from shared.events import OWNERS
from shared.kafka import KafkaConfig

READY_WITHIN = 90.0
"""Seconds for a server or a service to become usable on a slow machine."""


class Platform:
    """MongoDB and Kafka with authentication, and unless ``servers_only`` the gateway, the mailbox and the services.

    Use it with ``async with``, or with plain ``with`` where there is no event loop. ``open_kafka`` adds a listener
    without credentials, for tests of what is not about access.
    """

    servers: AbstractSet[str] = frozenset({"mongod", "kafka"})
    """What the rest stands on: stopped last."""

    def __init__(
        self,
        state_dir: Path | None = None,
        port_base: int | None = None,
        *,
        settings: OpsSettings | None = None,
        servers_only: bool = False,
        demo: bool = False,
        open_kafka: bool = False,
        progress: Progress | None = None,
    ) -> None:
        given: dict[str, Any] = {"state_dir": state_dir, "port_base": port_base}
        self.settings = settings or OpsSettings(**{name: value for name, value in given.items() if value is not None})
        self.ports: Ports = self.settings.ports
        self.state = State(self.settings.state_dir)
        self.processes: dict[str, Process] = {}
        self.failures: dict[str, Trouble] = {}
        self._getting_ready: list[asyncio.Task[None]] = []
        self.topology = Topology((), ())
        self.servers_only = servers_only
        self._demo = demo
        self._progress: Progress = progress or Quiet()
        self._lock = Lock(self.state.run / "lock")
        self._housekeeping: asyncio.Task[None] | None = None
        self._mongod = None if self.settings.mongodb_uri else Mongod(self.state, self.ports["mongod"])
        self._kafka = None if self.settings.kafka_brokers else self._own_kafka(open_kafka=open_kafka)
        self._thread: LoopThread | None = None

    @property
    def broker_port(self) -> int:
        """Where the broker listens: where it is known, unless something stands before it."""
        return self.ports["kafka"]

    def _own_kafka(self, *, open_kafka: bool) -> Kafka:
        return Kafka(
            self.state,
            self.settings.kafka_libs,
            port=self.broker_port,
            known_by=self.ports["kafka"],
            controller_port=self.ports["kafka-controller"],
            open_port=self.ports["kafka-open"] if open_kafka else None,
        )

    # What it offers

    @property
    def mongodb_uri(self) -> str:
        """MongoDB with the right to do everything."""
        if self._mongod is not None:
            return self._mongod.uri
        if self.settings.mongodb_uri is None:
            raise AssertionError("neither an own MongoDB nor another's")
        return self.settings.mongodb_uri.get_secret_value()

    @property
    def kafka(self) -> KafkaConfig:
        """Kafka with the right to do everything."""
        if self._kafka is not None:
            return self._kafka.admin
        given = self.settings
        password = given.kafka_password.get_secret_value() if given.kafka_password else None
        return KafkaConfig(given.kafka_brokers or "", given.kafka_security, given.kafka_username, password)

    @property
    def open_brokers(self) -> str | None:
        """Kafka without credentials, if asked for."""
        return self._kafka.open_brokers if self._kafka else None

    def principal(self, service: str) -> KafkaConfig:
        """Kafka as one of the services reaches it."""
        admin = self.kafka
        if not admin.security.startswith("SASL"):
            return admin
        return KafkaConfig(admin.brokers, admin.security, service, self._environment.password(service, "kafka"))

    def service_mongodb_uri(self, service: str) -> str:
        """MongoDB as one of the services reaches it."""
        password = self._environment.password(service, "mongodb")
        return mongo_admin.service_uri(self.mongodb_uri, self.topology.service(service), password)

    def environment(self, service: str) -> dict[str, str]:
        """The environment that a service's processes run with."""
        return self._environment.of(self.topology.service(service))

    @property
    def _environment(self) -> services.ServiceEnvironment:
        return services.ServiceEnvironment(self.state, self.ports, self.mongodb_uri, self.kafka)

    # Its life

    async def start(self) -> None:
        """Start everything and return once all of it can be used. A ``Trouble`` says what is in the way; then nothing
        is left running.
        """
        self.claim()
        try:
            await self.bring_up()
            self._insist()
        except BaseException:
            await self.stop()
            self.release()
            raise

    def _insist(self) -> None:
        for trouble in self.failures.values():
            raise trouble

    def claim(self) -> None:
        """Make the state folder ours; a ``Trouble`` if another supervisor has it."""
        self.state.create()
        if not self._lock.acquire():
            raise Trouble(
                "Plenary is already up", "./plenary status shows it, ./plenary down stops it", code=Exit.CANNOT_START
            )

    def release(self) -> None:
        """Let another supervisor have the state folder."""
        self._lock.release()

    async def bring_up(self) -> None:
        """Start everything. A server that fails raises its ``Trouble``; a service that fails goes on being started
        again, and is found in ``failures``.
        """
        await end_leftovers(self.state, self._progress.say)
        await asyncio.to_thread(self._look_ahead)
        self._housekeeping = asyncio.create_task(self._keep_house())
        if self.servers_only:
            await self._start_servers()
            return
        planning = asyncio.create_task(self._plan())
        await together(
            self._start_apis(planning),
            self._start_kafka(planning),
            self._start_mailbox(),
            self._start_gateway(),
            self._start_web(),
        )
        await together(*(self._ready(process) for process in await self._start_role("worker")), *self._getting_ready)
        if self._demo and not self.failures:
            await self._seed()

    def _look_ahead(self) -> None:
        """Say what would go wrong now rather than later, and in plain words."""
        for finding in doctor.examine_before_start(self.settings, servers_only=self.servers_only):
            if finding.verdict == "problem":
                raise finding.as_trouble()
            if finding.verdict == "warning":
                self._progress.say(f"{finding.detail}: {finding.fix}")

    async def stop(self) -> None:
        """Stop the services first, then what they stand on. Everything is down when this returns."""
        for task in (self._housekeeping, *self._getting_ready):
            if task is not None:
                task.cancel()
        servers = [process for process in self.processes.values() if process.name in self.servers]
        others = [process for process in self.processes.values() if process not in servers]
        await asyncio.gather(*(process.stop() for process in others))
        await asyncio.gather(*(process.stop() for process in servers))

    async def _start_servers(self) -> None:
        planning = asyncio.create_task(self._plan())
        await together(self._start_mongodb(planning), self._start_kafka(planning))

    async def _start_mailbox(self) -> None:
        with doing(self._progress, "Mailbox"):
            await self._run_up(neighbours.mailbox(self.state, self.ports))

    async def _start_gateway(self) -> None:
        with doing(self._progress, "Gateway", "starting Envoy"):
            await self._run_up(neighbours.gateway(self.state, self.ports))

    async def _start_web(self) -> None:
        with doing(self._progress, "Site"):
            await self._run_up(neighbours.web(self._environment.of_site(), self.ports))

    async def _run_up(self, spec: Spec) -> None:
        process = self._add(spec)
        await process.start()
        await process.ready(READY_WITHIN)

    async def _plan(self) -> Topology:
        self.topology = await provision.plan_elsewhere()
        for service, trouble in self.topology.troubles.items():
            self._progress.say(f"{service} may read no topic, because its tables cannot be imported: {trouble}")
        return self.topology

    async def _start_mongodb(self, planning: asyncio.Task[Topology]) -> None:
        if self._mongod is not None:
            with doing(self._progress, "MongoDB", "starting mongod"):
                await self._start_mongod(self._mongod)
        with doing(self._progress, "Database users"):
            plan = await planning
            passwords = {service.name: self._environment.password(service.name, "mongodb") for service in plan.services}
            await mongo_admin.create_users(self.mongodb_uri, plan.services, passwords)

    async def _start_mongod(self, mongod: Mongod) -> None:
        process = self._add(mongod.spec())
        await process.start()
        await mongod.settle(process)

    async def _start_kafka(self, planning: asyncio.Task[Topology]) -> None:
        if self._kafka is not None:
            with doing(self._progress, "Kafka", "starting the broker"):
                await asyncio.to_thread(java.require)
                await java.fetch(self.settings.kafka_libs)
                await self._kafka.format()
                await self._run_up(self._kafka.spec())
        with doing(self._progress, "Topics and access lists"):
            plan = await planning
            passwords = {
                service.principal: self._environment.password(service.name, "kafka") for service in plan.services
            }
            await asyncio.to_thread(provision.kafka, self.kafka, plan, passwords)

    async def _start_apis(self, planning: asyncio.Task[Topology]) -> None:
        """An API needs MongoDB only, so it is on its way while Kafka still starts; a worker needs both."""
        await self._start_mongodb(planning)
        started = await self._start_role("api")
        self._getting_ready = [asyncio.create_task(self._ready(process)) for process in started]

    async def _start_role(self, role: str) -> list[Process]:
        specs = [services.spec(owner, role, self.environment(owner), self.ports) for owner in OWNERS]
        started = [self._add(spec) for spec in specs if spec is not None]
        await asyncio.gather(*(process.start() for process in started))
        return started

    async def _ready(self, process: Process) -> None:
        try:
            with doing(self._progress, process.name):
                await process.ready(READY_WITHIN)
        except Trouble as trouble:
            self.failures[process.name] = trouble

    async def _seed(self) -> None:
        """Let the demo data come in the way everybody's data do: through the gateway."""
        if importlib.util.find_spec("demo") is None:
            return
        try:
            with doing(self._progress, "Demo data"):
                await demo_data.seed(
                    self.state, self.ports, lambda line: self._progress.step("Demo data", "doing", line)
                )
        except Trouble as trouble:
            self.failures["demo"] = trouble

    def _add(self, spec: Spec) -> Process:
        process = Process(spec, self.state, self._progress.say)
        self.processes[spec.name] = process
        return process

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(10)
            for process in self.processes.values():
                await asyncio.to_thread(logs.rotate, process.log)

    # What rehearsals do to it

    def process(self, name: str) -> Process:
        """A process by its name, such as ``metering-worker`` or ``mongod``."""
        if name not in self.processes:
            raise Trouble(f"no process is called {name}", f"there are {', '.join(self.processes)}", code=Exit.FAILED)
        return self.processes[name]

    async def kill(self, name: str) -> None:
        """SIGKILL; the supervisor starts it again."""
        await self.process(name).kill()

    def pause(self, name: str) -> None:
        """SIGSTOP."""
        self.process(name).pause()

    def resume(self, name: str) -> None:
        """SIGCONT."""
        self.process(name).resume()

    async def halt(self, name: str) -> None:
        """Stop a process cleanly and leave it stopped."""
        await self.process(name).stop()

    async def restart(
        self, name: str, environment: Mapping[str, str] | None = None, *, clock_offset: int | None = None
    ) -> None:
        """Start it, or stop and start it, with more environment; ``clock_offset`` is seconds ahead of now."""
        extra = dict(environment or {})
        if clock_offset is not None:
            extra[f"{name.partition('-')[0].upper()}_CLOCK_OFFSET_SECONDS"] = str(clock_offset)
        process = self.process(name)
        await process.restart(extra)
        await process.ready(READY_WITHIN)

    # With and without an event loop

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        self.release()

    def __enter__(self) -> Self:
        self._thread = LoopThread()
        try:
            self._thread.run(self.start())
        except BaseException:
            self._thread.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._thread.run(self.__aexit__(kind, error, trace))
            self._thread.close()
