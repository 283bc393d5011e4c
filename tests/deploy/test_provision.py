"""The servers as compose starts them, and the job that provisions them: real ones, with compose's own files.

What compose would do in containers is done here with processes of this machine: only addresses and folders differ.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from ops import kafka_admin
from ops.deployment import secrets
from ops.embedded import java, mongod
from ops.embedded.kafka import LIGHT, SOURCES
from ops.embedded.probes import port_open
from ops.ports import Ports
from ops.settings import ROOT, OpsSettings
from ops.testing import free_base
from ops.topology import plan
from shared.kafka import KafkaConfig
from tests.support import eventually

pytestmark = pytest.mark.slow

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@dataclass
class Elsewhere:
    """Servers started as compose starts them."""

    mounted: Path
    mongodb_port: int
    kafka_port: int
    first: subprocess.CompletedProcess[str] | None = None
    """The job's first run."""

    @property
    def kafka(self) -> KafkaConfig:
        """Kafka with the right to do everything."""
        return self.principal("admin", (self.mounted / "kafka-admin").read_text())

    def principal(self, name: str, password: str) -> KafkaConfig:
        return KafkaConfig(f"127.0.0.1:{self.kafka_port}", "SASL_PLAINTEXT", name, password)

    def here(self, value: str) -> str:
        """A value of compose's, as this machine's processes must be told it."""
        value = value.replace("mongodb:27017", f"127.0.0.1:{self.mongodb_port}")
        return value.replace("kafka:9092", f"127.0.0.1:{self.kafka_port}").replace("/run/secrets", str(self.mounted))

    async def provision(self, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the job with compose's own environment."""
        told = {name: self.here(value) for name, value in COMPOSE["services"]["provision"]["environment"].items()}
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "ops.provision"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **told, **more},
            capture_output=True,
            text=True,
            check=False,
        )

    def mongodb(self, user: str, password: str, source: str) -> AsyncMongoClient[dict[str, Any]]:
        return AsyncMongoClient(
            f"127.0.0.1:{self.mongodb_port}",
            username=user,
            password=password,
            authSource=source,
            replicaSet="rs0",
            serverMonitoringMode="poll",
        )


def mount(folder: Path) -> Path:
    """The secrets, each under the name that compose gives it."""
    secrets.for_compose(plan(), folder)
    mounted = folder / "run"
    mounted.mkdir()
    for name, it in COMPOSE["secrets"].items():
        (mounted / name).symlink_to(folder / it["file"].removeprefix("deploy/compose/"))
    return mounted


@pytest_asyncio.fixture(scope="module")
async def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Elsewhere]:
    """MongoDB and Kafka, in which the job has run once."""
    folder = tmp_path_factory.mktemp("elsewhere")
    ports = Ports(free_base())
    made = Elsewhere(mount(folder), ports["mongod"], ports["kafka"])
    async with running_mongod(folder, made), running_kafka(folder, made, ports["kafka-controller"]):
        made.first = await made.provision()
        yield made


@asynccontextmanager
async def process(log: Path, *command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    with log.open("wb") as out:
        child = await asyncio.create_subprocess_exec(*command, stdout=out, stderr=out)
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            child.terminate()
        await child.wait()


@asynccontextmanager
async def running_mongod(folder: Path, made: Elsewhere) -> AsyncIterator[None]:
    """First alone, where its image makes the root user; then as compose's command says."""
    data, key = folder / "db", folder / "keyfile"
    data.mkdir()
    key.write_text((made.mounted / "mongodb-keyfile").read_text())
    key.chmod(0o400)
    where = ("--dbpath", str(data), "--port", str(made.mongodb_port), "--bind_ip", "127.0.0.1", "--nounixsocket")
    async with process(folder / "first.log", str(mongod.binary()), *where):
        await eventually(lambda: port_open(made.mongodb_port), within=60)
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
            f"127.0.0.1:{made.mongodb_port}", directConnection=True
        )
        password = (made.mounted / "mongodb-root").read_text()
        await client.admin.command("createUser", "root", pwd=password, roles=["root"])
        await client.close()
    words = COMPOSE["services"]["mongodb"]["command"]
    told = [str(key) if word.endswith("/keyfile") else word for word in words[1:] if word != "--bind_ip_all"]
    async with process(folder / "mongod.log", str(mongod.binary()), *told, *where):
        await eventually(lambda: port_open(made.mongodb_port), within=60)
        yield


@asynccontextmanager
async def running_kafka(folder: Path, made: Elsewhere, controller_port: int) -> AsyncIterator[None]:
    """Laid out and started with compose's file, whose passwords the broker reads from the mounted secrets."""
    await java.fetch(OpsSettings().kafka_libs)
    text = (ROOT / "deploy/compose/kafka.properties").read_text()
    text = text.replace("/run/secrets", str(made.mounted)).replace("/var/lib/kafka/data", str(folder / "kafka"))
    text = text.replace("//0.0.0.0:9092", f"//127.0.0.1:{made.kafka_port}").replace(":9093", f":{controller_port}")
    config = folder / "kafka.properties"
    config.write_text(text.replace("//kafka:9092", f"//127.0.0.1:{made.kafka_port}"))
    log4j = f"-Dlog4j2.configurationFile={SOURCES / 'log4j2.yaml'}"
    start = (java.binary(), *LIGHT, log4j, "-cp", f"{OpsSettings().kafka_libs}/*")
    format_it = ("kafka.tools.StorageTool", "format", "--ignore-formatted", "--config", str(config))
    async with process(folder / "format.log", *start, *format_it, f"@{made.mounted / 'kafka-format'}") as formatting:
        assert await formatting.wait() == 0, (folder / "format.log").read_text()
    async with process(folder / "kafka.log", *start, "kafka.Kafka", str(config)):
        await eventually(lambda: asyncio.to_thread(kafka_admin.reachable, made.kafka), within=90)
        yield


async def test_the_job_makes_everything_and_may_be_run_again(elsewhere: Elsewhere) -> None:
    first = elsewhere.first

    again = await elsewhere.provision()

    assert first
    assert (first.returncode, first.stderr) == (0, "")
    assert (again.returncode, again.stderr) == (0, "")
    declared = len(plan().topics)
    assert f"Kafka: {declared} topics, {declared} of them new" in first.stdout
    assert f"Kafka: {declared} topics, 0 of them new" in again.stdout


async def test_each_service_gets_into_its_own_database_with_the_mounted_password(elsewhere: Elsewhere) -> None:
    for service in plan().services:
        password = (elsewhere.mounted / f"{service.name}-mongodb-password").read_text()
        async with elsewhere.mongodb(service.principal, password, service.database) as client:
            await client[service.database]["things"].insert_one({"made": "by its owner"})
            with pytest.raises(OperationFailure, match="not authorized"):
                await client["plenary_somebody_elses"]["things"].find_one({})


async def test_each_service_gets_into_kafka_and_sees_its_own_topics(elsewhere: Elsewhere) -> None:
    for service in plan().services:
        password = (elsewhere.mounted / f"{service.name}-kafka-password").read_text()
        admin = kafka_admin.connect(elsewhere.principal(service.principal, password))
        seen = await asyncio.to_thread(lambda admin=admin: set(admin.list_topics(timeout=20).topics))
        assert seen == {*service.writes, *service.reads}


async def test_what_is_missing_is_said_in_one_line(elsewhere: Elsewhere, tmp_path: Path) -> None:
    no_password = await elsewhere.provision(PROVISION_PASSWORDS=str(tmp_path))
    wrong = await elsewhere.provision(PROVISION_KAFKA_BROKERS="127.0.0.1:1", PROVISION_PATIENCE_SECONDS="0.1")

    assert (no_password.returncode, wrong.returncode) == (1, 1)
    assert "accounts-mongodb-password cannot be read" in no_password.stderr
    assert "Kafka does not answer" in wrong.stderr
    assert all(len(it.stderr.splitlines()) == 1 for it in (no_password, wrong))
