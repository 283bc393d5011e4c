"""The manifests as a cluster would see them: which pods there are, and who of them may talk to whom."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.dockerfile import ROOT

BASE = ROOT / "deploy/k8s/base"
Manifest = dict[str, Any]


@cache
def manifests(file: str = "*.yaml") -> tuple[Manifest, ...]:
    """All objects, in the order of the files. Read once, so nobody changes them."""
    files = sorted(path for path in BASE.glob(file) if path.name != "kustomization.yaml")
    return tuple(document for path in files for document in yaml.safe_load_all(path.read_text()) if document)


@cache
def kinds(kind: str) -> dict[str, Manifest]:
    """Every object of a kind by its name."""
    return {it["metadata"]["name"]: it for it in manifests() if it["kind"] == kind}


@cache
def pods() -> dict[str, Manifest]:
    """The pod templates by the name of their deployment or job; a job's name is cut before its digest."""
    found = {name: it["spec"]["template"] for name, it in kinds("Deployment").items()}
    return found | {name.rpartition("-")[0]: it["spec"]["template"] for name, it in kinds("Job").items()}


def container(name: str) -> Manifest:
    """The one container of a pod."""
    (only,) = pods()[name]["spec"]["containers"]
    made: Manifest = only
    return made


def allows(direction: str, pod: str, peer: Manifest, port: int) -> bool:
    """Whether the policies let a pod have a TCP connection from (``Ingress``) or to (``Egress``) a peer.

    A peer has ``labels`` and ``namespace`` (the labels of its namespace), or an ``address`` outside the cluster.
    """
    own = pods()[pod]["metadata"]["labels"]
    selecting = [
        it["spec"]
        for it in kinds("NetworkPolicy").values()
        if direction in it["spec"]["policyTypes"] and _matches(it["spec"]["podSelector"], own)
    ]
    side = "from" if direction == "Ingress" else "to"
    rules = [rule for spec in selecting for rule in spec.get(direction.lower(), [])]
    return not selecting or any(_lets_in(rule, side, peer, port) for rule in rules)


def neighbour(name: str) -> Manifest:
    """Another of our pods as a peer."""
    return {"labels": pods()[name]["metadata"]["labels"], "namespace": {"ours": "yes"}}


def _lets_in(rule: Manifest, side: str, peer: Manifest, port: int) -> bool:
    ports = [it for it in rule.get("ports", []) if it["protocol"] == "TCP"]
    return any(it["port"] == port for it in ports) and any(_is(known, peer) for known in rule[side])


def _is(known: Manifest, peer: Manifest) -> bool:
    if "ipBlock" in known:
        return "address" in peer
    if "address" in peer:
        return False
    if "namespaceSelector" in known:
        if not _matches(known["namespaceSelector"], peer["namespace"]):
            return False
    elif peer["namespace"] != {"ours": "yes"}:
        return False
    return _matches(known.get("podSelector", {}), peer["labels"])


def _matches(selector: Manifest, labels: dict[str, str]) -> bool:
    assert set(selector) <= {"matchLabels"}, "only labels are understood here"
    return selector.get("matchLabels", {}).items() <= labels.items()


def mounted(name: str) -> dict[str, tuple[str, str]]:
    """Each file of a secret that the pod sees: its path, and the Secret and key it comes from."""
    volumes = {it["name"]: it for it in pods()[name]["spec"]["volumes"]}
    found = {}
    for mount in container(name)["volumeMounts"]:
        volume = volumes[mount["name"]]
        sources = [it["secret"] for it in volume.get("projected", {}).get("sources", [])]
        if "secret" in volume:
            sources.append({"name": volume["secret"]["secretName"], "items": volume["secret"]["items"]})
        for source in sources:
            for item in source["items"]:
                found[str(Path(mount["mountPath"], item["path"]))] = (source["name"], item["key"])
    return found
