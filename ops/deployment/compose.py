"""The files that `docker-compose.yml` names and that are made from code."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import yaml

from gateway import render as render_gateway
from ops.deployment.places import COMPOSE, EVERYWHERE, PORTS, ROLES, STATS_PORT, gateway_settings
from ops.kafka_properties import Broker, Properties, properties, text
from ops.service_settings import settings_of, site_settings
from ops.settings import ROOT
from ops.topology import plan
from shared.events import OWNERS

FOLDER = ROOT / "deploy" / "compose"
PROMETHEUS = ROOT / "deploy" / "prometheus" / "prometheus.yml"
HEAD = "# Made by `./plenary render`. Do not edit.\n"

PROVIDER = "org.apache.kafka.common.config.provider.DirectoryConfigProvider"


def files() -> dict[Path, Callable[[], str]]:
    """Each file with its maker."""
    return {
        FOLDER / "envoy.yaml": lambda: render_gateway(gateway_settings()),
        FOLDER / "kafka.properties": kafka_properties,
        PROMETHEUS: prometheus,
        **{FOLDER / f"{owner}.env": partial(environment, owner) for owner in OWNERS},
        FOLDER / "web.env": lambda: _lines(site_settings(COMPOSE)),
    }


def environment(service: str) -> str:
    """The settings of a service's two containers."""
    return _lines(settings_of(plan().service(service), COMPOSE))


def _lines(settings: dict[str, str]) -> str:
    return HEAD + "".join(f"{name}={value}\n" for name, value in settings.items())


def kafka_properties() -> str:
    """The broker's configuration. It reads its passwords from the mounted secrets, so the file may be shown."""
    broker = Broker(
        data="/var/lib/kafka/data",
        port=9092,
        controller_port=9093,
        admin_password=_mounted("kafka-admin"),
        controller_password=_mounted("kafka-controller"),
        bind=EVERYWHERE,
        advertised="kafka",
    )
    providers: Properties = {
        "config.providers": "dir",
        "config.providers.dir.class": PROVIDER,
        "config.providers.dir.param.allowed.paths": "/run/secrets",
    }
    return HEAD + text({**providers, **properties(broker)})


def _mounted(secret: str) -> str:
    """How Kafka is told to read a value from a file."""
    return f"${{dir:/run/secrets:{secret}}}"


def prometheus() -> str:
    """What Prometheus asks: each process of a service on its own port, the gateway, and itself."""
    services = [
        {"targets": [f"{owner}-{role}:{PORTS[f'{owner}-{role}']}"], "labels": {"service": owner, "role": role}}
        for owner in OWNERS
        for role in ROLES
    ]
    made = {
        "global": {"scrape_interval": "15s", "evaluation_interval": "15s", "external_labels": {"platform": "plenary"}},
        "rule_files": ["rules/*.yml"],
        "scrape_configs": [
            {"job_name": "services", "static_configs": services},
            {
                "job_name": "site",
                "static_configs": [{"targets": [f"web:{PORTS['web']}"], "labels": {"service": "web", "role": "site"}}],
            },
            {
                "job_name": "gateway",
                "static_configs": [{"targets": [f"gateway:{STATS_PORT}"], "labels": {"service": "gateway"}}],
            },
            {"job_name": "prometheus", "static_configs": [{"targets": ["localhost:9090"]}]},
        ],
    }
    return HEAD + yaml.safe_dump(made, sort_keys=False, width=120)
