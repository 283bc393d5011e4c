"""How this process reaches Kafka."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from aiokafka.helpers import create_ssl_context

Security = Literal["PLAINTEXT", "SASL_PLAINTEXT", "SASL_SSL"]


@dataclass(frozen=True, slots=True)
class KafkaConfig:
    """Brokers, credentials and the prefix under which all topics and groups of this installation live."""

    brokers: str
    security: Security = "PLAINTEXT"
    username: str | None = None
    password: str | None = None
    topic_prefix: str = ""

    def client_arguments(self) -> dict[str, Any]:
        """Keyword arguments that every aiokafka client takes."""
        arguments: dict[str, Any] = {"bootstrap_servers": self.brokers, "security_protocol": self.security}
        if self.security.startswith("SASL"):
            arguments |= {
                "sasl_mechanism": "SCRAM-SHA-512",
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password,
            }
        if self.security == "SASL_SSL":
            arguments["ssl_context"] = create_ssl_context()
        return arguments

    def topic(self, name: str) -> str:
        """The topic's name on this installation's broker."""
        return self.topic_prefix + name

    def catalogue_topic(self, name: str) -> str:
        """The topic's name in the catalogue, from its name on the broker."""
        return name.removeprefix(self.topic_prefix)
