"""Where everything is in compose and in Kubernetes: the same names and ports, so that one is read like the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway import GatewaySettings, Upstream
from ops.embedded.services import ADMIN_EMAIL
from ops.ports import Ports
from ops.service_settings import Place, settings_of
from ops.topology import ServicePlan
from shared.events import OWNERS

PORTS = Ports()
"""Inside a container a process listens where it would without one; its name is its address."""

GATEWAY_PORT = PORTS["gateway"]
SITE_PORT = PORTS["gateway-site"]
"""Where only the site is let in."""
ADMIN_PORT = PORTS["envoy-admin"]
STATS_PORT = ADMIN_PORT + 1
"""Envoy's probes and figures for others; its admin interface stays on loopback."""

ROLES = ("api", "worker")

EVERYWHERE = "0.0.0.0"  # noqa: S104 - inside a container; who gets in is the network policies' affair
ASSETS = Path("/etc/plenary/gateway")
"""Where the gateway's image keeps the OpenAPI document and its page."""


def container_secret(folder: str) -> Callable[[str], str]:
    """The path of a secret that is mounted as a file."""
    return lambda name: f"{folder}/{flat(name)}"


def flat(name: str) -> str:
    """``accounts/pepper`` as one word."""
    return name.replace("/", "-")


def address(process: str) -> str:
    """Where a process is reached by its name; the gateway listens twice."""
    host = "gateway" if process == "gateway-site" else process
    return f"http://{host}:{PORTS[process]}"


COMPOSE = Place(
    kafka_brokers=f"kafka:{9092}",
    kafka_security="SASL_PLAINTEXT",
    public_url=f"http://127.0.0.1:{GATEWAY_PORT}",
    smtp=("mailbox", PORTS["smtp"]),
    port=PORTS.__getitem__,
    url=address,
    secret=container_secret("/run/secrets"),
    admin_email=ADMIN_EMAIL,
    host=EVERYWHERE,
    mailbox_url=f"http://127.0.0.1:{PORTS['mailbox']}",
)

KUBERNETES = Place(
    kafka_brokers="kafka:9092",
    kafka_security="SASL_PLAINTEXT",
    public_url="https://plenary.example",
    smtp=("smtp", 587),
    port=PORTS.__getitem__,
    url=address,
    secret=container_secret("/run/secrets/plenary"),
    admin_email=ADMIN_EMAIL,
    host=EVERYWHERE,
)


def gateway_settings(**more: Any) -> GatewaySettings:
    """The gateway between containers."""
    upstreams: dict[str, Any] = {owner: Upstream(host=f"{owner}-api", port=PORTS[f"{owner}-api"]) for owner in OWNERS}
    return GatewaySettings(
        host=EVERYWHERE,
        port=GATEWAY_PORT,
        admin_port=ADMIN_PORT,
        stats_host=EVERYWHERE,
        stats_port=STATS_PORT,
        assets=ASSETS,
        web=Upstream(host="web", port=PORTS["web"]),
        site_host=EVERYWHERE,
        site_port=SITE_PORT,
        **upstreams,
        **more,
    )


def secrets_of(plan: ServicePlan, place: Place) -> list[str]:
    """The names of the secrets that a service is given, such as ``accounts/pepper`` and ``gateway-key``."""
    asked: list[str] = []

    def note(name: str) -> str:
        asked.append(name)
        return name

    settings_of(plan, replace(place, secret=note))
    return sorted(set(asked))
