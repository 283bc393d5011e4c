"""The settings that every service has, and how settings are read: from the environment, or from files it names."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from shared.clock import Clock
from shared.kafka import KafkaConfig, Security

MAX_FILE_BYTES = 64 * 1024


class FileSettingsSource(EnvSettingsSource):
    """Reads ``METERING_MONGODB_URI`` from the file that ``METERING_MONGODB_URI_FILE`` names.

    That is how Docker and Kubernetes hand over secrets without showing them in a process listing.
    """

    def _load_env_vars(self) -> Mapping[str, str | None]:
        prefix = self.env_prefix.lower()
        fields = {field.lower() for field in self.settings_cls.model_fields}
        found: dict[str, str | None] = {}
        for name, path in super()._load_env_vars().items():
            field = name.removeprefix(prefix).removesuffix("_file")
            if not (path and name.startswith(prefix) and name.endswith("_file")):
                continue
            if field in fields:
                found[prefix + field] = _read(name.upper(), path)
        return found


def _read(name: str, path: str) -> str:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"{name} names {path}, which cannot be read: {error.strerror}") from None
    if len(content) > MAX_FILE_BYTES:
        raise ValueError(f"{name} names {path}, which is too large for a setting")
    return content.decode().rstrip("\r\n")


class EnvironmentSettings(BaseSettings):
    """Settings that come from the environment and from files that it names, and never change."""

    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True, validate_default=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then files that the environment names; nothing else."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, FileSettingsSource(settings_cls)


class ServiceSettings(EnvironmentSettings):
    """What every service needs.

    A service's own class adds its prefix and its own fields::

    class MeteringSettings(ServiceSettings, env_prefix="METERING_"):
        port: int = Field(7103, description="...")
    """

    mongodb_uri: SecretStr
    """Connection string of the MongoDB replica set, with the service's own user."""
    mongodb_database: str = ""
    """Database that this service owns; left empty it is `plenary_` and the service's name."""
    kafka_brokers: str = "127.0.0.1:7092"
    """Kafka bootstrap servers, separated by commas."""
    kafka_security: Security = "PLAINTEXT"
    """How Kafka is spoken to; the SASL variants use SCRAM-SHA-512."""
    kafka_username: str | None = None
    """The service's own Kafka principal."""
    kafka_password: SecretStr | None = None
    """Password of the Kafka principal."""
    kafka_topic_prefix: str = ""
    """Put before every topic and consumer group, so that installations can share a broker."""
    host: str = "127.0.0.1"
    """Address that the API and the worker's probes listen on."""
    port: int = Field(ge=0, le=65535)
    """Port of the API."""
    worker_port: int = Field(ge=0, le=65535)
    """Port of the worker's probes and metrics."""
    public_url: str = "http://127.0.0.1:8080"
    """Where readers reach the platform; links in mail and answers begin with it."""
    jwks_url: str = "http://127.0.0.1:7101/.well-known/jwks.json"
    """Where accounts publishes the keys that access tokens are verified with."""
    token_issuer: str = "plenary/accounts"  # noqa: S105 - a name, not a secret
    """The issuer that access tokens must name."""
    token_audience: str = "plenary"  # noqa: S105 - a name, not a secret
    """The audience that access tokens must name."""
    gateway_key: SecretStr = Field(min_length=16)
    """Secret that the gateway adds to what it forwards; keys of cursors are derived from it. At least 16 characters."""
    journeys_remembered: int = Field(default=2_000, ge=0, le=100_000)
    """Journeys that each process remembers the latest steps of, for the board; about half a kilobyte each."""
    clock_offset_seconds: int = 0
    """Seconds by which this process's clock is ahead. For rehearsals only."""
    fault_points: str = ""
    """Points at which this process kills itself, such as `relay.after-ack:3`. For rehearsals only."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """The least severe lines that are logged."""

    @model_validator(mode="after")
    def _credentials_are_complete(self) -> Self:
        if self.kafka_security != "PLAINTEXT" and not (self.kafka_username and self.kafka_password):
            raise ValueError(f"{self.kafka_security} needs KAFKA_USERNAME and KAFKA_PASSWORD")
        return self

    @property
    def service_name(self) -> str:
        """The service these settings are for, as their prefix says."""
        return str(self.model_config.get("env_prefix") or "service_").rstrip("_").lower()

    @property
    def database_name(self) -> str:
        """The database that this service owns."""
        return self.mongodb_database or f"plenary_{self.service_name}"

    @property
    def clock(self) -> Clock:
        """The clock that this process goes by."""
        return Clock(timedelta(seconds=self.clock_offset_seconds))

    @property
    def kafka(self) -> KafkaConfig:
        """How to reach Kafka."""
        return KafkaConfig(
            brokers=self.kafka_brokers,
            security=self.kafka_security,
            username=self.kafka_username,
            password=self.kafka_password.get_secret_value() if self.kafka_password else None,
            topic_prefix=self.kafka_topic_prefix,
        )

    def derived_key(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose, the same in every replica of this service and unlike every other."""
        label = f"{self.service_name}/{purpose}".encode()
        return hmac.new(self.gateway_key.get_secret_value().encode(), label, hashlib.sha256).digest()


def settings_table(kind: type[BaseSettings]) -> str:
    """The settings as a Markdown table, for the service's README and the ``settings`` command."""
    prefix = str(kind.model_config.get("env_prefix") or "")
    rows = ["| setting | default | what it is |", "|---|---|---|"]
    for name, field in kind.model_fields.items():
        inherited = ServiceSettings.model_fields.get(name, field)
        description = (field.description or inherited.description or "").replace("\n", " ").replace("|", "\\|")
        default = _default(field.get_default(call_default_factory=True))
        rows.append(f"| `{(prefix + name).upper()}` | {default} | {description} |")
    return "\n".join(rows) + "\n"


def _default(value: Any) -> str:
    if value is PydanticUndefined:
        return "required"
    if value is None or value == "":
        return "none"
    if isinstance(value, SecretStr):
        return "set"
    return f"`{value}`"
