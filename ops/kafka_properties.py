"""The broker's configuration: KRaft, SCRAM, access lists. One source for the embedded run and compose."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass

ADMIN = "admin"
"""The super user: creates topics, principals and access lists, and speaks for the broker itself."""

Properties = dict[str, str | int]

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Broker:
    """One node that is broker and controller at once. The controller's listener never leaves the machine."""

    data: str
    """The folder of its log."""
    port: int
    controller_port: int
    admin_password: str
    controller_password: str
    open_port: int | None = None
    """A listener without credentials, on loopback, for tests of what is not about access."""
    bind: str = LOOPBACK
    advertised: str = LOOPBACK
    """The name under which clients reach it."""
    known_by: int | None = None
    """The port at which they do, if that is another's, who passes everything on."""


def properties(broker: Broker) -> Properties:
    """What stands in ``kafka.properties``."""
    return {**_listeners(broker), **_credentials(broker), **_size(broker.data)}


def text(made: Properties) -> str:
    """As a file."""
    return "".join(f"{name}={value}\n" for name, value in made.items())


def _listeners(broker: Broker) -> Properties:
    bound = {
        "CONTROLLER": f"{LOOPBACK}:{broker.controller_port}",
        "SERVICES": f"{broker.bind}:{broker.port}",
    }
    told = {"SERVICES": f"{broker.advertised}:{broker.known_by or broker.port}"}
    protocols = {"CONTROLLER": "SASL_PLAINTEXT", "SERVICES": "SASL_PLAINTEXT"}
    if broker.open_port:
        bound["OPEN"] = told["OPEN"] = f"{LOOPBACK}:{broker.open_port}"
        protocols["OPEN"] = "PLAINTEXT"
    return {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@{LOOPBACK}:{broker.controller_port}",
        "listeners": ",".join(f"{name}://{at}" for name, at in bound.items()),
        "advertised.listeners": ",".join(f"{name}://{at}" for name, at in told.items()),
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "SERVICES",
        "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name, protocol in protocols.items()),
    }


def _credentials(broker: Broker) -> Properties:
    controller = broker.controller_password
    super_users = f"User:{ADMIN};User:controller" + (";User:ANONYMOUS" if broker.open_port else "")
    return {
        # SCRAM credentials live in the log that the controller writes, so the controller itself needs PLAIN.
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.controller.plain.sasl.jaas.config": (
            "org.apache.kafka.common.security.plain.PlainLoginModule required "
            f'username="controller" password="{controller}" user_controller="{controller}";'
        ),
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
        "listener.name.services.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required "
            f'username="{ADMIN}" password="{broker.admin_password}";'
        ),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": super_users,
        "allow.everyone.if.no.acl.found": "false",
        "auto.create.topics.enable": "false",
    }


def _size(data: str) -> Properties:
    """One machine's rehearsal, not a cluster."""
    return {
        "log.dirs": data,
        "num.partitions": 6,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 5,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 5,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
        "num.network.threads": 2,
        "num.io.threads": 4,
        "background.threads": 2,
        # The cleaner's map of keys: 16 MB hold 700,000 of them; the default takes 128 MB.
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
        # The idle controller writes a record as a sign of life; every five seconds is often enough for one node.
        "metadata.max.idle.interval.ms": 5000,
    }


def new_cluster_id() -> str:
    """A random id as Kafka writes it. One in 64 would begin with a hyphen, which its tools take for an option."""
    while (name := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        continue
    return name
