"""Who may talk to whom in the cluster. Everything that is not here is refused."""

from __future__ import annotations

from typing import Any

from ops.deployment.places import GATEWAY_PORT, PORTS, ROLES, SITE_PORT, STATS_PORT
from ops.deployment.workloads import Manifest, named, selector
from shared.events import OWNERS

INGRESS = {"plenary.example/ingress": "true"}
"""The label of the namespace in which the ingress controller runs."""
MONITORING = {"plenary.example/monitoring": "true"}
"""The label of the namespace in which Prometheus runs."""

KEY_READERS = {
    "accounts-api": ("accounts", "content", "metering", "notifications", "community"),
    "metering-api": ("accounts", "content"),
}
"""Whose APIs fetch the public keys that another publishes: those of access tokens, and those of grants and readers."""

MONGODB_PORT, KAFKA_PORT = 27017, 9092
MAIL_PORTS = (25, 465, 587)

Rule = dict[str, Any]


def default_deny() -> list[Manifest]:
    """Nothing in, nothing out, and names may be looked up."""
    dns = [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]
    system = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
    return [
        _policy("default-deny", {}, ingress=[], egress=[]),
        _policy("look-up-names", {}, egress=[{"to": [system], "ports": dns}]),
    ]


def of_service(name: str) -> list[Manifest]:
    """The two processes of one service."""
    return [_policy(process, selector(process), **_allowed(name, process)) for process in _processes(name)]


def of_site() -> Manifest:
    """In from the gateway, and back to it."""
    ingress = [_from([_namespace(MONITORING)], PORTS["web"]), _from([_pods("gateway")], PORTS["web"])]
    egress = [{"to": [_pods("gateway")], "ports": _ports(SITE_PORT)}]
    return _policy("web", selector("web"), ingress=ingress, egress=egress)


def of_gateway() -> Manifest:
    """In from the ingress controller and from the site, out to the five APIs and to the site."""
    upstreams = [*(f"{owner}-api" for owner in OWNERS), "web"]
    return _policy(
        "gateway",
        selector("gateway"),
        ingress=[
            _from([_namespace(INGRESS)], GATEWAY_PORT),
            _from([_pods("web")], SITE_PORT),
            _from([_namespace(MONITORING)], STATS_PORT),
        ],
        egress=[{"to": [_pods(upstream)], "ports": _ports(PORTS[upstream])} for upstream in upstreams],
    )


def of_provision() -> Manifest:
    """Out to the servers that it provisions."""
    return _policy("provision", selector("provision"), egress=[_server("mongodb"), _server("kafka")])


def _processes(name: str) -> list[str]:
    return [f"{name}-{role}" for role in ROLES]


def _allowed(name: str, process: str) -> dict[str, list[Rule]]:
    callers = [f"{reader}-api" for reader in KEY_READERS.get(process, ()) if f"{reader}-api" != process]
    port = PORTS[process]
    ingress = [_from([_namespace(MONITORING)], port)]
    egress = [_server("mongodb")]
    if process.endswith("-worker"):
        # Only a worker talks to Kafka: what an API says waits in its database.
        egress.append(_server("kafka"))
    else:
        ingress.append(_from([_pods("gateway"), *map(_pods, callers)], port))
        keys = [other for other, readers in KEY_READERS.items() if name in readers]
        egress += [{"to": [_pods(other)], "ports": _ports(PORTS[other])} for other in keys]
    if process == "notifications-worker":
        egress.append({"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": _ports(*MAIL_PORTS)})
    return {"ingress": ingress, "egress": egress}


def _server(name: str) -> Rule:
    """A server in whatever namespace it has. One outside the cluster takes a policy more, with its addresses."""
    port = MONGODB_PORT if name == "mongodb" else KAFKA_PORT
    pods = {"matchLabels": {"app.kubernetes.io/name": name}}
    return {"to": [{"namespaceSelector": {}, "podSelector": pods}], "ports": _ports(port)}


def _from(peers: list[Rule], port: int) -> Rule:
    return {"from": peers, "ports": _ports(port)}


def _pods(process: str) -> Rule:
    return {"podSelector": {"matchLabels": selector(process)}}


def _namespace(labels: dict[str, str]) -> Rule:
    return {"namespaceSelector": {"matchLabels": labels}}


def _ports(*ports: int) -> list[Rule]:
    return [{"protocol": "TCP", "port": port} for port in ports]


def _policy(name: str, pods: dict[str, str], **rules: list[Rule]) -> Manifest:
    spec = {
        "podSelector": {"matchLabels": pods} if pods else {},
        "policyTypes": [kind.capitalize() for kind in rules],
        **rules,
    }
    return named("networking.k8s.io/v1", "NetworkPolicy", name, "network", spec=spec)
