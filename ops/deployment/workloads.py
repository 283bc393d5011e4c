"""A service in Kubernetes: its two deployments and what belongs to them, the same five times."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ops.deployment.places import KUBERNETES, PORTS, ROLES, secrets_of
from ops.service_settings import settings_of, site_settings
from ops.topology import ServicePlan

Manifest = dict[str, Any]

USER = 10001
"""The user of our images."""

VERSION = "0.1.0"
"""The tag of our images; `kustomize edit set image` takes another."""

SHARED_SECRET = "plenary"  # noqa: S105 - the name of an object, not a secret
MOUNTED = "/run/secrets/plenary"

GRACE_SECONDS = 40
"""Five while others learn that the pod is going, thirty in which a service drains, and some room."""

RESOURCES: dict[str, Manifest] = {
    "api": {"requests": {"cpu": "100m", "memory": "160Mi"}, "limits": {"cpu": "1", "memory": "512Mi"}},
    "worker": {"requests": {"cpu": "100m", "memory": "192Mi"}, "limits": {"cpu": "1", "memory": "512Mi"}},
}
"""A process is one event loop, so it never needs more than one core. Idle, each takes some 100 MiB."""


def service_manifests(plan: ServicePlan) -> list[Manifest]:
    """Everything of one service but its network policies and its secrets."""
    processes = [f"{plan.name}-{role}" for role in ROLES]
    return [
        named("v1", "ServiceAccount", plan.name, plan.name, automountServiceAccountToken=False),
        named("v1", "ConfigMap", f"{plan.name}-settings", plan.name, data=settings_of(plan, KUBERNETES)),
        *(
            deployment(process, plan.name, [role], RESOURCES[role], settings_of(plan, KUBERNETES), _secrets(plan))
            for process, role in zip(processes, ROLES, strict=True)
        ),
        headless(processes[0], plan.name),
        *(disruption_budget(process, plan.name) for process in processes),
    ]


def site_manifests() -> list[Manifest]:
    """Everything of the site but its network policy."""
    told = site_settings(KUBERNETES)
    key = {"secret": {"name": SHARED_SECRET, "items": [{"key": "gateway-key", "path": "gateway-key"}]}}
    return [
        named("v1", "ServiceAccount", "web", "web", automountServiceAccountToken=False),
        named("v1", "ConfigMap", "web-settings", "web", data=told),
        deployment("web", "web", [], RESOURCES["api"], told, [key]),
        headless("web", "web"),
        disruption_budget("web", "web"),
    ]


def named(version: str, kind: str, name: str, component: str, **body: Any) -> Manifest:
    """An object with our labels."""
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "labels": labels(component)}, **body}


def labels(component: str) -> dict[str, str]:
    """What every object carries."""
    return {"app.kubernetes.io/name": component, "app.kubernetes.io/part-of": "plenary"}


def selector(process: str) -> dict[str, str]:
    """What sets one process apart, such as ``content-api``."""
    return {"plenary.example/process": process}


def deployment(
    process: str,
    component: str,
    arguments: list[str],
    resources: Manifest,
    settings: dict[str, str],
    secrets: list[Manifest],
) -> Manifest:
    """Two replicas: of the APIs for their load, of the workers so that one takes over at once when another dies."""
    container = {
        "name": component,
        "image": f"plenary-{component}:{VERSION}",
        "args": arguments,
        "envFrom": [{"configMapRef": {"name": f"{component}-settings"}}],
        "ports": [{"name": "http", "containerPort": PORTS[process]}],
        **probes("http"),
        # Others go on sending for a moment after a pod was told to stop.
        "lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}},
        "resources": resources,
        "securityContext": CONFINED,
        "volumeMounts": [
            {"name": "secrets", "mountPath": MOUNTED, "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the container's own
        ],
    }
    spec = {
        **pod(component, USER),
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "topologySpreadConstraints": [spread(process)],
        "containers": [container],
        "volumes": [
            # Files that the image's user may read, and nobody else in the container.
            {"name": "secrets", "projected": {"defaultMode": 0o440, "sources": secrets}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
        ],
    }
    return deployed(process, component, spec, metrics_port=PORTS[process], depends_on=settings)


def deployed(process: str, component: str, spec: Manifest, *, metrics_port: int, depends_on: Any) -> Manifest:
    """A deployment of two pods, which are replaced when what they depend on changes."""
    annotations = {
        "plenary.example/settings": hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()[:16],
        "prometheus.io/scrape": "true",
        "prometheus.io/port": str(metrics_port),
        "prometheus.io/path": "/metrics",
    }
    return named(
        "apps/v1",
        "Deployment",
        process,
        component,
        spec={
            "replicas": 2,
            "revisionHistoryLimit": 3,
            "selector": {"matchLabels": selector(process)},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {
                "metadata": {"labels": {**labels(component), **selector(process)}, "annotations": annotations},
                "spec": spec,
            },
        },
    )


def pod(account: str, user: int) -> Manifest:
    """What Kubernetes' own `restricted` standard asks of a pod."""
    return {
        "serviceAccountName": account,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": user,
            "runAsGroup": user,
            "fsGroup": user,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }


CONFINED: Manifest = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


def probes(port: str) -> Manifest:
    """Started: it has found its database. Live: its loop turns. Ready: it can serve now."""
    return {
        "startupProbe": _probe("/health/started", port, periodSeconds=2, failureThreshold=60),
        "livenessProbe": _probe("/health/live", port, periodSeconds=10, failureThreshold=3),
        "readinessProbe": _probe("/health/ready", port, periodSeconds=5, failureThreshold=2),
    }


def _probe(path: str, port: str, **pace: int) -> Manifest:
    return {"httpGet": {"path": path, "port": port}, "timeoutSeconds": 2, **pace}


def spread(process: str) -> Manifest:
    """Replicas on different nodes where there are any."""
    return {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": selector(process)},
    }


def disruption_budget(process: str, component: str) -> Manifest:
    """One at a time, so that draining nodes takes nobody's service away."""
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": selector(process)}}
    return named("policy/v1", "PodDisruptionBudget", process, component, spec=spec)


def headless(process: str, component: str) -> Manifest:
    """A name for all replicas at once: Envoy balances, watches and rests each of them itself."""
    ports = [{"name": "http", "port": PORTS[process], "targetPort": "http"}]
    return named(
        "v1", "Service", process, component, spec={"clusterIP": "None", "selector": selector(process), "ports": ports}
    )


def _secrets(plan: ServicePlan) -> list[Manifest]:
    """The service's own Secret, and what it needs of the shared one."""
    own: list[Manifest] = []
    shared: list[Manifest] = []
    for name in secrets_of(plan, KUBERNETES):
        service, _, kind = name.rpartition("/")
        file = KUBERNETES.secret(name).rpartition("/")[2]
        (own if service else shared).append({"key": kind, "path": file})
    return [{"secret": {"name": plan.name, "items": own}}, {"secret": {"name": SHARED_SECRET, "items": shared}}]
