"""Secrets for elsewhere: made once into a folder that git ignores, and never shown."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from ops.deployment.places import COMPOSE, KUBERNETES, secrets_of
from ops.embedded.state import State, private_folder, write_private
from ops.kafka_properties import ADMIN, new_cluster_id
from ops.settings import ROOT, OpsSettings
from ops.topology import Topology
from ops.troubles import Trouble
from ops.vault import Vault

COMPOSE_FOLDER = ROOT / "deploy" / "compose"
KUBERNETES_FOLDER = ROOT / "deploy" / "k8s"
MANIFEST = "secrets.yaml"
MONGODB_IN_COMPOSE = "mongodb://mongodb:27017/?replicaSet=rs0"

SHARED_SECRET = "plenary"  # noqa: S105 - the name of an object, not a secret
PROVISION_SECRET = "provision"  # noqa: S105


def for_compose(topology: Topology, folder: Path = COMPOSE_FOLDER) -> list[Path]:
    """Make what is missing of the files that `docker-compose.yml` mounts; returns them all."""
    state = State(folder)
    private_folder(state.secrets)
    vault = Vault(state, MONGODB_IN_COMPOSE)
    made = {state.secret_file(name) for name in ("mongodb-root", "kafka-admin", "kafka-controller")}
    # Members of a replica set know each other by this; base64 characters only.
    made.add(state.secret_file("mongodb-keyfile", lambda: secrets.token_hex(64)))
    made.add(state.secret_file("kafka-format", lambda: format_arguments(state.secret("kafka-admin"))))
    for plan in topology.services:
        vault.password(plan.name, "mongodb")
        made.add(state.secrets / plan.name / "mongodb-password")
        made |= {vault.file(name, plan) for name in secrets_of(plan, COMPOSE)}
    for path in made:
        # The folder is closed to others; the files are not, because a container's own user reads what is mounted.
        path.chmod(0o644)
    return sorted(made)


def format_arguments(password: str) -> str:
    """What Kafka's storage tool is told at the first start. In a file, because everybody can read a command line."""
    words = ("--cluster-id", new_cluster_id(), "--add-scram", f"SCRAM-SHA-512=[name={ADMIN},password={password}]")
    return "\n".join(words) + "\n"


def for_kubernetes(topology: Topology, settings: OpsSettings, folder: Path = KUBERNETES_FOLDER) -> Path:
    """Write the Secrets that the manifests refer to; returns the file, ready for ``kubectl apply --filename``.

    MongoDB and Kafka are the cluster's own, so their addresses and super users come from the environment.
    """
    if not (settings.mongodb_uri and settings.kafka_username and settings.kafka_password):
        raise Trouble(
            "the cluster's MongoDB and Kafka are not named",
            "set MONGODB_URI, KAFKA_USERNAME and KAFKA_PASSWORD to those of their super users",
        )
    state = State(folder)
    private_folder(state.secrets)
    uri = settings.mongodb_uri.get_secret_value()
    if urlsplit(uri).scheme != "mongodb":
        raise Trouble("MONGODB_URI does not begin with mongodb://", "name the replica set's members in it")
    vault = Vault(state, uri)
    documents = [
        _secret(plan.name, {kind: _read(vault, f"{plan.name}/{kind}", plan) for kind in _own(plan)})
        for plan in topology.services
    ]
    shared = {name for plan in topology.services for name in secrets_of(plan, KUBERNETES) if "/" not in name}
    documents.append(_secret(SHARED_SECRET, {name: vault.file(name).read_text() for name in sorted(shared)}))
    servers = {
        "mongodb-uri": uri,
        "kafka-username": settings.kafka_username,
        "kafka-password": settings.kafka_password.get_secret_value(),
    }
    documents.append(_secret(PROVISION_SECRET, servers))
    return write_private(state.secrets / MANIFEST, yaml.safe_dump_all(documents, sort_keys=False))


def _own(plan: Any) -> list[str]:
    own = (name.partition("/")[2] for name in secrets_of(plan, KUBERNETES) if "/" in name)
    return sorted({*own, "mongodb-password"})


def _read(vault: Vault, name: str, plan: Any) -> str:
    return vault.file(name, plan).read_text()


def _secret(name: str, values: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": "plenary", "labels": {"app.kubernetes.io/part-of": "plenary"}},
        "type": "Opaque",
        "stringData": values,
    }
