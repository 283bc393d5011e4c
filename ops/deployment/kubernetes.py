"""The manifests under ``deploy/k8s/base``, one file for each part."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from gateway import render as render_gateway
from gateway.process import arguments
from ops.deployment import policies
from ops.deployment.places import GATEWAY_PORT, SITE_PORT, STATS_PORT, flat, gateway_settings
from ops.deployment.secrets import PROVISION_SECRET
from ops.deployment.workloads import (
    CONFINED,
    MOUNTED,
    SHARED_SECRET,
    USER,
    VERSION,
    Manifest,
    deployed,
    disruption_budget,
    named,
    pod,
    selector,
    service_manifests,
    site_manifests,
    spread,
)
from ops.settings import ROOT
from ops.topology import plan, render
from shared.events import OWNERS

FOLDER = ROOT / "deploy" / "k8s" / "base"
HEAD = (
    "# Made by `./plenary render`. Do not edit: change it in an overlay, or change ops/deployment and render again.\n"
)
ENVOY_USER = 101
CONFIG = "/etc/plenary/envoy.yaml"


def files() -> dict[Path, Callable[[], str]]:
    """Each file with its maker."""
    return {
        FOLDER / "namespace.yaml": lambda: text([namespace()]),
        FOLDER / "network.yaml": lambda: text(policies.default_deny()),
        FOLDER / "gateway.yaml": lambda: text(gateway()),
        FOLDER / "web.yaml": lambda: text([*site_manifests(), policies.of_site()]),
        FOLDER / "provision.yaml": lambda: text(provision()),
        **{FOLDER / f"{owner}.yaml": partial(_service, owner) for owner in OWNERS},
    }


def text(manifests: Iterable[Manifest]) -> str:
    """As one file."""
    return HEAD + yaml.dump_all(manifests, Dumper=_Dumper, sort_keys=False, width=120, explicit_start=True)


def _service(owner: str) -> str:
    return text([*service_manifests(plan().service(owner)), *policies.of_service(owner)])


def namespace() -> Manifest:
    """Pods that ask for more than Kubernetes' `restricted` standard allows are not let in."""
    made = named("v1", "Namespace", "plenary", "plenary")
    made["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = "restricted"
    return made


def gateway() -> list[Manifest]:
    """Envoy with the configuration of every other environment, behind the cluster's ingress controller."""
    # The controller's word about where a request came from is believed, which is why nobody else gets in.
    config = render_gateway(gateway_settings(trusted_hops=1))
    ports = [
        {"name": "http", "containerPort": GATEWAY_PORT},
        {"name": "site", "containerPort": SITE_PORT},
        {"name": "stats", "containerPort": STATS_PORT},
    ]
    container = {
        "name": "envoy",
        "image": f"plenary-gateway:{VERSION}",
        "args": arguments(Path(CONFIG)),
        "env": [{"name": "GATEWAY_KEY_FILE", "value": f"{MOUNTED}/gateway-key"}],
        "ports": ports,
        "startupProbe": _envoy_probe("/health/ready", periodSeconds=1, failureThreshold=60),
        # Alive is whoever answers at all; a listener that drains is alive and not ready.
        "livenessProbe": {"tcpSocket": {"port": "stats"}, "periodSeconds": 10, "timeoutSeconds": 2},
        "readinessProbe": _envoy_probe("/health/ready", periodSeconds=5, failureThreshold=2),
        "lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}},
        "resources": {"requests": {"cpu": "100m", "memory": "96Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}},
        "securityContext": CONFINED,
        "volumeMounts": [
            {"name": "config", "mountPath": CONFIG, "subPath": "envoy.yaml", "readOnly": True},
            {"name": "secrets", "mountPath": MOUNTED, "readOnly": True},
        ],
    }
    key = {"secretName": SHARED_SECRET, "defaultMode": 0o440, "items": [{"key": "gateway-key", "path": "gateway-key"}]}
    spec = {
        **pod("gateway", ENVOY_USER),
        "terminationGracePeriodSeconds": 40,
        "topologySpreadConstraints": [spread("gateway")],
        "containers": [container],
        "volumes": [{"name": "config", "configMap": {"name": "gateway"}}, {"name": "secrets", "secret": key}],
    }
    service_ports = [
        {"name": "http", "port": 80, "targetPort": "http"},
        {"name": "site", "port": SITE_PORT, "targetPort": "site"},
    ]
    return [
        named("v1", "ServiceAccount", "gateway", "gateway", automountServiceAccountToken=False),
        named("v1", "ConfigMap", "gateway", "gateway", data={"envoy.yaml": config}),
        deployed("gateway", "gateway", spec, metrics_port=STATS_PORT, depends_on=config),
        named("v1", "Service", "gateway", "gateway", spec={"selector": selector("gateway"), "ports": service_ports}),
        disruption_budget("gateway", "gateway"),
        policies.of_gateway(),
    ]


def _envoy_probe(path: str, **pace: int) -> Manifest:
    return {"httpGet": {"path": path, "port": "stats"}, "timeoutSeconds": 2, **pace}


def provision() -> list[Manifest]:
    """The job that makes users, topics and access lists. Its name changes with what is declared: a job is done once."""
    topology = plan()
    declared = hashlib.sha256(render(topology).encode()).hexdigest()[:8]
    servers = [
        {"key": "mongodb-uri", "path": "mongodb-uri"},
        {"key": "kafka-username", "path": "kafka-username"},
        {"key": "kafka-password", "path": "kafka-password"},
    ]
    sources: list[Any] = [{"secret": {"name": PROVISION_SECRET, "items": servers}}]
    for service in topology.services:
        kinds = ("mongodb-password", "kafka-password")
        items = [{"key": kind, "path": flat(f"{service.name}/{kind}")} for kind in kinds]
        sources.append({"secret": {"name": service.name, "items": items}})
    told = {
        "PROVISION_MONGODB_URI_FILE": f"{MOUNTED}/mongodb-uri",
        "PROVISION_KAFKA_BROKERS": "kafka:9092",
        "PROVISION_KAFKA_USERNAME_FILE": f"{MOUNTED}/kafka-username",
        "PROVISION_KAFKA_PASSWORD_FILE": f"{MOUNTED}/kafka-password",
        "PROVISION_KAFKA_REPLICATION": "3",
        "PROVISION_PASSWORDS": MOUNTED,
    }
    container = {
        "name": "provision",
        "image": f"plenary-ops:{VERSION}",
        "args": ["ops.provision"],
        "env": [{"name": name, "value": value} for name, value in told.items()],
        "resources": {"requests": {"cpu": "100m", "memory": "96Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}},
        "securityContext": CONFINED,
        "volumeMounts": [{"name": "secrets", "mountPath": MOUNTED, "readOnly": True}],
    }
    spec = {
        **pod("provision", USER),
        "restartPolicy": "OnFailure",
        "containers": [container],
        "volumes": [{"name": "secrets", "projected": {"defaultMode": 0o440, "sources": sources}}],
    }
    job = {
        "backoffLimit": 6,
        "ttlSecondsAfterFinished": 86_400,
        "template": {"metadata": {"labels": selector("provision")}, "spec": spec},
    }
    return [
        named("v1", "ServiceAccount", "provision", "provision", automountServiceAccountToken=False),
        named("batch/v1", "Job", f"provision-{declared}", "provision", spec=job),
        policies.of_provision(),
    ]


class _Dumper(yaml.SafeDumper):
    """Writes a text of many lines as a block, so that a ConfigMap is read like the file it holds."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Every object stands on its own."""
        return True


def _block(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _block)
