"""How the running platform is: what its supervisor knows, and what its processes say when asked."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import psutil
from confluent_kafka import KafkaException

from ops import control, kafka_admin
from ops.embedded.platform import Platform
from ops.embedded.probes import http_status
from ops.settings import OpsSettings
from ops.troubles import Trouble
from shared.events import OWNERS

READY = "/health/ready"
ENVOY_READY = "/ready"


def gather(settings: OpsSettings) -> dict[str, Any]:
    """Everything `plenary status` shows. A ``Trouble`` if nothing is running."""
    platform = Platform(settings=settings)
    status = control.call(platform.state.run, "status")
    processes = status["processes"]
    health = asyncio.run(ask_health(settings, processes))
    for process in processes:
        process["healthy"] = health[process["name"]]
        process.update(usage(process["pid"], process["started_at"]))
    status["memory_bytes"] = sum(process["memory_bytes"] for process in processes)
    status["lag"] = consumer_lag(platform)
    status["healthy"] = status["phase"] == "up" and all(process["healthy"] for process in processes)
    return status


async def ask_health(settings: OpsSettings, processes: list[dict[str, Any]]) -> dict[str, bool]:
    """Whether each process says that it is ready; the servers were asked by their supervisor."""
    answers = await asyncio.gather(*(is_healthy(settings, process) for process in processes))
    return {process["name"]: answer for process, answer in zip(processes, answers, strict=True)}


async def is_healthy(settings: OpsSettings, process: dict[str, Any]) -> bool:
    """Ask one process."""
    name = process["name"]
    if name in {"mongod", "kafka"}:
        return bool(process["condition"] == "ready")
    if name == "gateway":
        return await http_status(settings.ports["envoy-admin"], ENVOY_READY) == 200
    return await http_status(settings.ports[name], READY) == 200


def usage(pid: int | None, started_at: float) -> dict[str, Any]:
    """Memory that would be free without the process (pages that it shares count in part), and its share of one core
    since it started.
    """
    nothing = {"memory_bytes": 0, "cpu_percent": 0.0, "uptime_seconds": 0.0}
    if pid is None:
        return nothing
    try:
        process = psutil.Process(pid)
        times = process.cpu_times()
        memory = process.memory_full_info()
    except psutil.Error:
        return nothing
    uptime = max(time.time() - started_at, 0.001)
    return {
        "memory_bytes": memory.pss,
        "cpu_percent": round((times.user + times.system) / uptime * 100, 1),
        "uptime_seconds": round(uptime, 1),
    }


def consumer_lag(platform: Platform) -> dict[str, int | None]:
    """Per service, how many events it has yet to handle; None before it has read any, or while Kafka is away."""
    admin = kafka_admin.connect(platform.kafka)
    found: dict[str, int | None] = {}
    for owner in OWNERS:
        try:
            found[owner] = kafka_admin.lag(admin, owner)
        except (KafkaException, TimeoutError):
            found[owner] = None
    return found


def trouble_of(status: dict[str, Any]) -> Trouble | None:
    """What is wrong, in one line."""
    ill = [process["name"] for process in status["processes"] if not process["healthy"]]
    if not ill:
        return None
    return Trouble(f"not healthy: {', '.join(ill)}", f"./plenary logs {ill[0]}")
