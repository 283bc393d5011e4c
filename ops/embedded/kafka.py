"""The embedded Kafka: one real broker in KRaft mode, with SCRAM and access lists from its first moment."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

from ops.embedded import java
from ops.embedded.processes import Spec
from ops.embedded.state import State, private_folder, write_private
from ops.kafka_properties import ADMIN, Broker, new_cluster_id, properties, text
from ops.troubles import Exit, Trouble
from shared.kafka import KafkaConfig

SOURCES = Path(__file__).resolve().parent.parent / "kafka"

LIGHT = ("-Xms128m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true")
"""One machine's rehearsal, not a cluster: a small heap, the collector with the fewest threads, the quick compiler."""


class Kafka:
    """How the broker is set up and started. ``known_by`` is the port at which it is reached."""

    def __init__(
        self,
        state: State,
        libs: Path,
        *,
        port: int,
        known_by: int,
        controller_port: int,
        open_port: int | None = None,
    ) -> None:
        self._state = state
        self._libs = libs
        self._port = port
        self._known_by = known_by
        self._controller_port = controller_port
        self._open_port = open_port
        self._data = state.data / "kafka"

    @property
    def admin(self) -> KafkaConfig:
        """How the super user reaches it."""
        return KafkaConfig(
            brokers=f"127.0.0.1:{self._known_by}",
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
        written = self._write_properties(draft)
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
                    f'--cluster-id {cluster} --config "{written}"',
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
        broker = Broker(
            data=str(data),
            port=self._port,
            known_by=self._known_by,
            controller_port=self._controller_port,
            open_port=self._open_port,
            admin_password=self._state.secret("kafka-admin"),
            controller_password=self._state.secret("kafka-controller"),
        )
        return write_private(self._state.config / "kafka.properties", text(properties(broker)))


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
