"""How an API process and a worker process begin, run and end.

Both wait for MongoDB before they begin and for nothing else: neither Kafka nor another service has to be there. On
SIGTERM they turn unready, finish what is in hand within half a minute, and exit with 0.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import structlog
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.types import ASGIApp

from shared import faultpoints, journeys, logs, metrics
from shared.faults import is_infrastructure
from shared.http.app import attach
from shared.http.health import Probes
from shared.http.idempotency import INDEXES as IDEMPOTENCY_INDEXES
from shared.mongo import ensure_indexes
from shared.resources import Resources, open_resources
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from shared.service import Service

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 22
"""For requests and components that are under way; the rest of the 30 s is for closing connections."""

KEEP_ALIVE_SECONDS = 75
"""Longer than the gateway keeps an idle connection, so that it is the gateway who closes it, and no request is sent
into a connection that is just being closed."""

FAILED = 1


class Component(Protocol):
    """Something that runs in a worker for as long as it lives."""

    @property
    def name(self) -> str:
        """What it is called in logs and metrics."""

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set, finish what is in hand, return. To return or raise before is to have crashed."""


def run_api(service: Service, settings: ServiceSettings) -> int:
    """Serve HTTP until told to stop; returns the exit code."""

    async def body(resources: Resources, deps: Any, stop: asyncio.Event) -> int:
        app = attach(service.api(deps), resources)
        server = HttpServer(app, app.state.probes, settings.host, settings.port)
        return await run_components([server], stop)

    return _run(service, settings, "api", body)


def run_worker(service: Service, settings: ServiceSettings) -> int:
    """Run the relay, the consumer and the service's own components until told to stop; returns the exit code."""

    async def body(resources: Resources, deps: Any, stop: asyncio.Event) -> int:
        probes = Probes(client=resources.client, started=True)
        server = HttpServer(
            Starlette(routes=[*probes.routes(), *journeys.routes(settings.gateway_key)]),
            probes,
            settings.host,
            settings.worker_port,
        )
        return await run_components([server, *components_of(service, resources, deps)], stop)

    return _run(service, settings, "worker", body)


def components_of(service: Service, resources: Resources, deps: Any) -> list[Component]:
    """Everything that runs in the service's worker."""
    from shared.consumer import Consumer  # noqa: PLC0415 - APIs do without aiokafka's 15 MB
    from shared.inbox import Inbox  # noqa: PLC0415
    from shared.parked import Parked  # noqa: PLC0415
    from shared.relay import Relay  # noqa: PLC0415

    components: list[Component] = [Relay(resources.db, resources.kafka, service.aggregates, service.gathered)]
    if service.topics:
        inbox = Inbox(resources.client, resources.db, service.table, service.tombstones, deps)
        parked = Parked(resources.db, inbox, service=service.name)
        components += [Consumer(service.topics, inbox, parked, resources.kafka, group=service.name), parked]
    return [*components, *service.worker(deps)]


async def prepare(service: Service, resources: Resources) -> Any:
    """Create what must exist in the database, and open the service; returns its deps."""
    await ensure_indexes(resources.db, {**IDEMPOTENCY_INDEXES, **service.indexes}, service.aggregates)
    return await service.open(resources)


Body = Callable[[Resources, Any, asyncio.Event], Awaitable[int]]


def _run(service: Service, settings: ServiceSettings, role: str, body: Body) -> int:
    logs.configure(service.name, role, settings.log_level)
    metrics.process_started(service.name, role)
    journeys.JOURNEYS.begin(service.name, role, settings.journeys_remembered)
    faultpoints.arm(settings.fault_points)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_live(service, settings, role, body))


async def _live(service: Service, settings: ServiceSettings, role: str, body: Body) -> int:
    resources = open_resources(settings, role=role)
    with told_to_stop() as stop:
        try:
            deps = await _once_available(lambda: prepare(service, resources), stop)
            if deps is _STOPPED:
                return 0
            log.info("process.started", port=settings.port if role == "api" else settings.worker_port)
            try:
                code = await body(resources, deps, stop)
            finally:
                if service.close is not None:
                    await service.close(deps)
            log.info("process.stopped", exit_code=code)
            return code
        finally:
            await resources.close()


@contextlib.contextmanager
def told_to_stop() -> Iterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


_STOPPED = object()


async def _once_available(work: Callable[[], Awaitable[Any]], stop: asyncio.Event) -> Any:
    """The result of ``work``, tried until the infrastructure is there; _STOPPED if told to stop before."""
    while not stop.is_set():
        try:
            return await work()
        except Exception as error:
            if not is_infrastructure(error):
                raise
            log.warning("process.waiting-for-database", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 1.0)
    return _STOPPED


async def run_components(components: Sequence[Component], stop: asyncio.Event, *, grace: float = DRAIN_SECONDS) -> int:
    """Run them side by side until ``stop``, or until one of them crashes, which stops the others and fails."""
    tasks = {asyncio.create_task(component.run(stop), name=component.name) for component in components}
    waiter = asyncio.create_task(stop.wait())
    await asyncio.wait({*tasks, waiter}, return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()
    deserters = set() if stop.is_set() else {task for task in tasks if task.done()}
    stop.set()
    _, late = await asyncio.wait(tasks, timeout=grace)
    for task in late:
        log.error("component.did-not-stop", component=task.get_name(), after_seconds=grace)
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    crashed = {task for task in tasks - late if _has_crashed(task, unasked=task in deserters)}
    return FAILED if crashed or late else 0


def _has_crashed(task: asyncio.Task[None], *, unasked: bool) -> bool:
    """Whether a component that has ended should not have; if so, it is logged and counted."""
    error = asyncio.CancelledError() if task.cancelled() else task.exception()
    if error is None and not unasked:
        return False
    metrics.component_crashed(task.get_name())
    log.error("component.crashed", component=task.get_name(), exc_info=error)
    return True


class HttpServer:
    """uvicorn as a component: quiet, without a header that names it, and stopped by us rather than by signals."""

    name = "http"

    def __init__(self, app: ASGIApp, probes: Probes, host: str, port: int) -> None:
        self._probes = probes
        self._address = host, port
        self.port = port
        self._config = uvicorn.Config(
            app,
            loop="none",
            http="httptools",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=DRAIN_SECONDS - 2,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until told to stop, then finish the requests under way."""
        host, port = self._address
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            listener = socket.create_server((host, port), family=family, backlog=2048)
        except OSError as error:
            raise RuntimeError(f"cannot listen on {host}:{port}: {error.strerror}") from error
        self.port = listener.getsockname()[1]
        server = _Server(self._config)
        with contextlib.closing(listener):
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            self._probes.draining = True
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    """A server that leaves the process's signals to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield
