"""``python -m ops.provision``: users, topics and access lists on servers elsewhere, from deploy/topology.yaml.

The one-shot job of compose and Kubernetes. It does what the embedded run does at each start, may be run again, and
withdraws what is no longer declared.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import yaml
from confluent_kafka import KafkaException
from pydantic import Field, SecretStr, ValidationError
from pymongo import AsyncMongoClient
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from ops import kafka_admin, mongo_admin
from ops.topology import Topology
from ops.troubles import Trouble
from shared.kafka import KafkaConfig, Security
from shared.settings import EnvironmentSettings

ALREADY_INITIALIZED = 23
RETRY_SECONDS = 1.0


class ProvisionSettings(EnvironmentSettings, env_prefix="PROVISION_"):
    """What the job is told, under ``PROVISION_``; each secret may lie in a file (``PROVISION_..._FILE``)."""

    mongodb_uri: SecretStr
    """The replica set; its user must be allowed to create users."""
    mongodb_username: str | None = None
    """That user, where the address does not name it."""
    mongodb_password: SecretStr | None = None
    """That user's password, where the address does not hold it."""
    mongodb_member: str | None = None
    """Make a replica set of this one member, such as `mongodb:27017`, where there is none yet."""
    kafka_brokers: str
    """Kafka bootstrap servers, separated by commas."""
    kafka_security: Security = "SASL_PLAINTEXT"
    """How they are reached."""
    kafka_username: str | None = None
    """The super user, who may create topics, principals and access lists."""
    kafka_password: SecretStr | None = None
    """Their password (SCRAM-SHA-512)."""
    kafka_replication: int = Field(default=1, ge=1)
    """Copies of each new topic."""
    passwords: Path
    """The folder of the services' own passwords: `accounts-mongodb-password`, `accounts-kafka-password` and so on."""
    topology: Path = Path("deploy/topology.yaml")
    """The declaration of topics, principals, access lists and database users."""
    patience_seconds: float = Field(default=180.0, gt=0)
    """How long the servers may take to be there."""

    @property
    def mongodb(self) -> str:
        """The address with its user."""
        uri = self.mongodb_uri.get_secret_value()
        if not (self.mongodb_username and self.mongodb_password):
            return uri
        scheme, where, path, query, _ = urlsplit(uri)
        user, password = quote(self.mongodb_username, safe=""), quote(self.mongodb_password.get_secret_value(), safe="")
        return urlunsplit((scheme, f"{user}:{password}@{where.rpartition('@')[2]}", path, query, ""))

    @property
    def kafka(self) -> KafkaConfig:
        """Kafka as the super user reaches it."""
        password = self.kafka_password.get_secret_value() if self.kafka_password else None
        return KafkaConfig(self.kafka_brokers, self.kafka_security, self.kafka_username, password)

    def password(self, service: str, server: str) -> str:
        """A service's own password for ``mongodb`` or ``kafka``."""
        path = self.passwords / f"{service}-{server}-password"
        try:
            return path.read_text().rstrip("\r\n")
        except OSError as error:
            raise Trouble(f"{path} cannot be read ({error.strerror})", "mount the services' passwords there") from None


async def provision(settings: ProvisionSettings, say: Callable[[str], None]) -> None:
    """Bring both servers to what is declared. A ``Trouble`` says what is in the way."""
    topology = Topology.from_data(yaml.safe_load(settings.topology.read_text()))
    deadline = time.monotonic() + settings.patience_seconds
    await _replica_set(settings, deadline)
    passwords = {plan.name: settings.password(plan.name, "mongodb") for plan in topology.services}
    await mongo_admin.create_users(settings.mongodb, topology.services, passwords)
    say(f"MongoDB: {len(topology.services)} users, each with a database of its own")
    await _kafka_answers(settings, deadline)
    await asyncio.to_thread(_kafka, settings, topology, say)


def _kafka(settings: ProvisionSettings, topology: Topology, say: Callable[[str], None]) -> None:
    admin = kafka_admin.connect(settings.kafka)
    created = kafka_admin.create_topics(admin, topology.topics, replication=settings.kafka_replication)
    say(f"Kafka: {len(topology.topics)} topics, {len(created)} of them new")
    if settings.kafka.security.startswith("SASL"):
        passwords = {plan.principal: settings.password(plan.name, "kafka") for plan in topology.services}
        kafka_admin.create_principals(admin, passwords)
        kafka_admin.set_acls(admin, topology.services)
        say(f"Kafka: {len(passwords)} principals with {sum(len(plan.acls) for plan in topology.services)} permissions")


async def _replica_set(settings: ProvisionSettings, deadline: float) -> None:
    """Wait until MongoDB takes writes, and if asked to, make a replica set of it first."""
    while True:
        try:
            if settings.mongodb_member:
                await _initiate(settings, settings.mongodb_member)
            async with _client(settings.mongodb) as client:
                if (await client.admin.command("hello")).get("isWritablePrimary"):
                    return
            last = "it takes no writes"
        except (ConnectionFailure, OperationFailure) as error:
            # Its image makes the first user in a server of its own, before the real one; until then we are refused.
            last = str(error)
        if time.monotonic() > deadline:
            raise Trouble(
                f"MongoDB is not usable after {settings.patience_seconds:.0f} s ({last[:300]})", "see its log"
            )
        await asyncio.sleep(RETRY_SECONDS)


async def _initiate(settings: ProvisionSettings, member: str) -> None:
    name = dict(part.split("=", 1) for part in urlsplit(settings.mongodb).query.split("&")).get("replicaSet", "rs0")
    async with _client(settings.mongodb, directConnection=True, replicaSet=None) as client:
        try:
            await client.admin.command("replSetInitiate", {"_id": name, "members": [{"_id": 0, "host": member}]})
        except OperationFailure as failure:
            if failure.code != ALREADY_INITIALIZED:
                raise


def _client(uri: str, **more: Any) -> AsyncMongoClient[dict[str, Any]]:
    return AsyncMongoClient(uri, serverMonitoringMode="poll", serverSelectionTimeoutMS=5_000, **more)


async def _kafka_answers(settings: ProvisionSettings, deadline: float) -> None:
    while not await asyncio.to_thread(kafka_admin.reachable, settings.kafka):
        if time.monotonic() > deadline:
            raise Trouble(f"Kafka does not answer after {settings.patience_seconds:.0f} s", "see its log")
        await asyncio.sleep(RETRY_SECONDS)


def main() -> int:
    """Do it once; returns the exit code."""
    try:
        asyncio.run(provision(ProvisionSettings(), lambda line: print(line, flush=True)))
    except ValidationError as error:
        wrong = ", ".join(f"PROVISION_{'_'.join(map(str, it['loc']))}".upper() for it in error.errors())
        print(f"provision: these settings are wrong or missing: {wrong}", file=sys.stderr)
        return 2
    except (Trouble, PyMongoError, KafkaException) as trouble:
        print(f"provision: {trouble}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
