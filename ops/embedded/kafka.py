"""The embedded Kafka: one real broker in KRaft mode, with SCRAM and access lists from its first moment."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import uuid
from pathlib import Path

from ops.embedded import java
from ops.embedded.processes import Spec
from ops.embedded.state import State, private_folder, write_private
from ops.troubles import Exit, Trouble
from shared.kafka import KafkaConfig

ADMIN = "admin"
SOURCES = Path(__file__).resolve().parent.parent / "kafka"

LIGHT = ("-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true")
"""One machine's rehearsal, not a cluster: a small heap, the collector with the fewest threads, the quick compiler."""


class Kafka:
    """How the broker is set up and started."""

    def __init__(
        self, state: State, libs: Path, *, port: int, controller_port: int, open_port: int | None = None
    ) -> None:
        self._state = state
        self._libs = libs
        self._port = port
        self._controller_port = controller_port
        self._open_port = open_port
        self._data = state.data / "kafka"

    @property
    def admin(self) -> KafkaConfig:
        """How the super user reaches it."""
        return KafkaConfig(
            brokers=f"127.0.0.1:{self._port}",
            security="SASL_PLAINTEXT",
            username=ADMIN,
            password=self._state.secret("kafka-admin"),
        )

    @property
    def open_brokers(self) -> str | None:
        """Where tests get in without credentials, if this broker was asked for that."""
        return f"127.0.0.1:{self._open_port}" if self._open_port else None

    def spec(self) -> Spec:
        """What to run; ``format`` comes first."""
        command = (
            java.binary(),
            *LIGHT,
            f"-Dlog4j2.configurationFile={SOURCES / 'log4j2.yaml'}",
            *("-cp", f"{self._libs}/*", "kafka.Kafka", str(self._write_properties(self._data))),
        )
        return Spec("kafka", command, self.answers, {"PATH": os.environ.get("PATH", "")}, stop_within=30.0)

    async def answers(self) -> bool:
        """Whether the broker is registered and takes the super user's requests."""
        from ops.kafka_admin import reachable  # noqa: PLC0415 - librdkafka takes a tenth of a second to load

        return await asyncio.to_thread(reachable, self.admin)

    async def format(self) -> None:
        """Lay out the storage, with the super user's credentials in it, unless that was done before.

        It is laid out beside its place and moved there when complete, so that a crash half-way leaves nothing behind.
        """
        if (self._data / "meta.properties").exists():
            return
        draft = self._state.data / "kafka.draft"
        for folder in (draft, self._data):
            shutil.rmtree(folder, ignore_errors=True)
        private_folder(draft)
        properties = self._write_properties(draft)
        cluster = new_cluster_id()
        scram = f"SCRAM-SHA-512=[name={ADMIN},password={self._state.secret('kafka-admin')}]"
        # In a file, because everybody on the machine can read a command line.
        arguments = write_private(
            self._state.config / "kafka-format.args",
            "\n".join(
                (
                    *LIGHT,
                    f"-Dlog4j2.configurationFile={SOURCES / 'log4j2.yaml'}",
                    f'-cp "{self._libs}/*"',
                    "kafka.tools.StorageTool format",
                    f'--cluster-id {cluster} --config "{properties}"',
                    f'--add-scram "{scram}"',
                )
            ),
        )
        try:
            await _run(java.binary(), f"@{arguments}")
        finally:
            arguments.unlink()
        draft.rename(self._data)

    def _write_properties(self, data: Path) -> Path:
        lines = "\n".join(f"{name}={value}" for name, value in self._properties(data).items())
        return write_private(self._state.config / "kafka.properties", lines + "\n")

    def _properties(self, data: Path) -> dict[str, str | int]:
        admin = self._state.secret("kafka-admin")
        controller = self._state.secret("kafka-controller")
        listeners = {"CONTROLLER": self._controller_port, "SERVICES": self._port}
        protocols = {"CONTROLLER": "SASL_PLAINTEXT", "SERVICES": "SASL_PLAINTEXT"}
        super_users = f"User:{ADMIN};User:controller"
        if self._open_port:
            listeners["OPEN"], protocols["OPEN"] = self._open_port, "PLAINTEXT"
            super_users += ";User:ANONYMOUS"
        addresses = {name: f"{name}://127.0.0.1:{port}" for name, port in listeners.items()}
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller_port}",
            "listeners": ",".join(addresses.values()),
            "advertised.listeners": ",".join(at for name, at in addresses.items() if name != "CONTROLLER"),
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "SERVICES",
            "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name, protocol in protocols.items()),
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
                f'username="{ADMIN}" password="{admin}";'
            ),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": super_users,
            "allow.everyone.if.no.acl.found": "false",
            "auto.create.topics.enable": "false",
            "log.dirs": str(data),
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


async def _run(*command: str) -> None:
    child = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await child.communicate()
    if child.returncode:
        last = said.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        raise Trouble(
            f"Kafka's storage cannot be laid out ({last[0][:300]})", "try ./plenary doctor", code=Exit.CANNOT_START
        )
