"""The five services' processes: how each is started and what it is told."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping
from functools import partial

from ops.embedded.probes import http_ok
from ops.embedded.processes import Spec
from ops.embedded.state import State
from ops.ports import Ports
from ops.service_settings import Place, settings_of, site_settings
from ops.settings import ROOT
from ops.topology import ServicePlan
from ops.vault import Vault
from shared.kafka import KafkaConfig

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE")
"""What a child sees of our own environment; everything else it is told by name."""


ADMIN_EMAIL = "admin@plenary.example"
"""Who may do everything on an embedded platform; the password is in the state folder."""


def base_environment() -> dict[str, str]:
    """What every Python child gets."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**passed, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)}


class ServiceEnvironment:
    """The settings of a service's processes on this machine."""

    def __init__(self, state: State, ports: Ports, mongodb_uri: str, kafka: KafkaConfig) -> None:
        self._vault = Vault(state, mongodb_uri)
        self._ports = ports
        self._kafka = kafka

    def password(self, service: str, server: str) -> str:
        """The service's own password for ``mongodb`` or ``kafka``."""
        return self._vault.password(service, server)

    def of(self, plan: ServicePlan) -> dict[str, str]:
        """The whole environment of one service."""
        return {**base_environment(), **settings_of(plan, self._place(plan))}

    def of_site(self) -> dict[str, str]:
        """The whole environment of the site."""
        return {**base_environment(), **site_settings(self._place())}

    def _place(self, plan: ServicePlan | None = None) -> Place:
        return Place(
            kafka_brokers=self._kafka.brokers,
            kafka_security=self._kafka.security,
            public_url=self._url("gateway"),
            smtp=("127.0.0.1", self._ports["smtp"]),
            port=self._ports.__getitem__,
            url=self._url,
            secret=lambda name: str(self._vault.file(name, plan)),
            admin_email=ADMIN_EMAIL,
            mailbox_url=self._url("mailbox"),
        )

    def _url(self, process: str) -> str:
        return f"http://127.0.0.1:{self._ports[process]}"


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
