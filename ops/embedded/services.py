"""The five services' processes: how each is started and what it is told."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Mapping
from functools import partial

from joserfc.jwk import OKPKey

from ops.embedded.probes import http_ok
from ops.embedded.processes import Spec
from ops.embedded.state import State, private_folder, write_private
from ops.mongo_admin import service_uri
from ops.ports import Ports
from ops.settings import ROOT
from ops.topology import ServicePlan
from shared.kafka import KafkaConfig

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE")
"""What a child sees of our own environment; everything else it is told by name."""


ADMIN_EMAIL = "admin@plenary.example"
"""Who may do everything on an embedded platform; the password is in the state folder."""


def new_signing_key() -> str:
    """An Ed25519 private key as a JWK (RFC 8037)."""
    key = OKPKey.generate_key("Ed25519", auto_kid=True)
    return json.dumps(key.as_dict(private=True))


def base_environment() -> dict[str, str]:
    """What every Python child gets."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**passed, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}


class ServiceEnvironment:
    """The settings of a service's processes; secrets are named as files, so that no process listing shows them."""

    def __init__(self, state: State, ports: Ports, mongodb_uri: str, kafka: KafkaConfig) -> None:
        self._state = state
        self._ports = ports
        self._mongodb_uri = mongodb_uri
        self._kafka = kafka

    def password(self, service: str, server: str) -> str:
        """The service's own password for ``mongodb`` or ``kafka``."""
        return self._state.secret(f"{service}/{server}-password")

    def of(self, plan: ServicePlan) -> dict[str, str]:
        """The whole environment of one service."""
        prefix = f"{plan.name.upper()}_"
        settings = {**self._common(plan), **self._own(plan.name)}
        return {**base_environment(), **{prefix + name: value for name, value in settings.items()}}

    def _common(self, plan: ServicePlan) -> dict[str, str]:
        folder = private_folder(self._state.secrets / plan.name)
        uri = service_uri(self._mongodb_uri, plan, self.password(plan.name, "mongodb"))
        secured = self._kafka.security.startswith("SASL")
        settings = {
            "MONGODB_URI_FILE": str(write_private(folder / "mongodb-uri", uri)),
            "MONGODB_DATABASE": plan.database,
            "KAFKA_BROKERS": self._kafka.brokers,
            "KAFKA_SECURITY": self._kafka.security,
            "PORT": str(self._ports[f"{plan.name}-api"]),
            "WORKER_PORT": str(self._ports[f"{plan.name}-worker"]),
            "PUBLIC_URL": f"http://127.0.0.1:{self._ports['gateway']}",
            "JWKS_URL": self._url("accounts-api", "/.well-known/jwks.json"),
            "GATEWAY_KEY_FILE": str(self._state.secret_file("gateway-key")),
        }
        if secured:
            self.password(plan.name, "kafka")
            settings |= {"KAFKA_USERNAME": plan.principal, "KAFKA_PASSWORD_FILE": str(folder / "kafka-password")}
        return settings

    def _own(self, service: str) -> Mapping[str, str]:
        grants = {"GRANTS_URL": self._url("metering-api", "/.well-known/grants.json")}
        match service:
            case "accounts":
                return {
                    **grants,
                    "SIGNING_KEYS_FILE": self._signing_key(service),
                    "PEPPER_FILE": str(self._state.secret_file(f"{service}/pepper")),
                    "ADMIN_EMAIL": ADMIN_EMAIL,
                    "ADMIN_PASSWORD_FILE": str(self._state.secret_file("admin-password")),
                }
            case "content":
                return grants
            case "metering":
                return {"SIGNING_KEYS_FILE": self._signing_key(service)}
            case "notifications":
                return {
                    "SMTP_HOST": "127.0.0.1",
                    "SMTP_PORT": str(self._ports["smtp"]),
                    "LINK_KEY_FILE": str(self._state.secret_file(f"{service}/link-key")),
                }
            case _:
                return {}

    def _signing_key(self, service: str) -> str:
        return str(self._state.secret_file(f"{service}/signing-keys", new_signing_key))

    def _url(self, process: str, path: str) -> str:
        return f"http://127.0.0.1:{self._ports[process]}{path}"


def spec(service: str, role: str, environment: Mapping[str, str], ports: Ports) -> Spec | None:
    """A service's ``api`` or ``worker``, if the service is there at all."""
    if importlib.util.find_spec(f"services.{service}.__main__") is None:
        return None
    return Spec(
        name=f"{service}-{role}",
        command=(sys.executable, "-m", f"services.{service}", role),
        probe=partial(http_ok, ports[f"{service}-{role}"], "/health/ready"),
        environment=environment,
        folder=ROOT,
    )
