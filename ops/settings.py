"""Everything that the `plenary` command takes from its environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from ops.ports import APIS, DEFAULT_BASE, WEB, WORKERS, Ports

ROOT = Path(__file__).resolve().parent.parent
"""The checkout."""


class OpsSettings(BaseSettings):
    """How and where the platform runs on this machine."""

    model_config = SettingsConfigDict(env_prefix="PLENARY_", env_nested_delimiter="__", populate_by_name=True)

    state_dir: Annotated[Path, Field(description="Where data, secrets and logs are kept.")] = ROOT / ".plenary"
    port_base: Annotated[int, Field(ge=1024, le=31_000, description="All ports are counted from here.")] = DEFAULT_BASE
    port: Annotated[
        dict[str, int], Field(default_factory=dict, description="Single ports, such as PLENARY_PORT__GATEWAY=9080.")
    ]
    kafka_libs: Annotated[Path, Field(description="Where Kafka's jars are kept once fetched.")] = (
        ROOT / ".plenary" / "kafka" / "libs"
    )
    mongodb_uri: Annotated[
        SecretStr | None,
        Field(
            validation_alias=AliasChoices("MONGODB_URI", "mongodb_uri"),
            description="A replica set to use instead of the embedded one; its user must be allowed to create users.",
        ),
    ] = None
    kafka_brokers: Annotated[
        str | None,
        Field(
            validation_alias=AliasChoices("KAFKA_BROKERS", "kafka_brokers"),
            description="Brokers to use instead of the embedded one.",
        ),
    ] = None
    kafka_security: Annotated[
        Literal["PLAINTEXT", "SASL_PLAINTEXT", "SASL_SSL"],
        Field(
            validation_alias=AliasChoices("KAFKA_SECURITY", "kafka_security"),
            description="How those brokers are reached.",
        ),
    ] = "PLAINTEXT"
    kafka_username: Annotated[
        str | None,
        Field(
            validation_alias=AliasChoices("KAFKA_USERNAME", "kafka_username"),
            description="Who may create topics, users and access lists there (SCRAM-SHA-512).",
        ),
    ] = None
    kafka_password: Annotated[
        SecretStr | None,
        Field(validation_alias=AliasChoices("KAFKA_PASSWORD", "kafka_password"), description="Their password."),
    ] = None

    @property
    def ports(self) -> Ports:
        """Every process's port."""
        return Ports(self.port_base, {name.lower().replace("_", "-"): port for name, port in self.port.items()})

    def processes(self, *, servers_only: bool = False) -> list[str]:
        """The names of the processes that make up the platform here."""
        servers = ["mongod"] * (self.mongodb_uri is None) + ["kafka"] * (self.kafka_brokers is None)
        return servers if servers_only else [*servers, "mailbox", "gateway", *WEB, *APIS, *WORKERS]
