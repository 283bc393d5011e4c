"""What stands around the services: the gateway in front of them, the site, and the mailbox that catches their mail."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from gateway import GatewaySettings, Upstream, render
from gateway.process import arguments
from gateway.process import environment as envoy_environment
from ops.embedded.probes import http_ok
from ops.embedded.processes import Spec
from ops.embedded.services import base_environment
from ops.embedded.state import State, private_folder, write_private
from ops.ports import Ports
from ops.settings import ROOT
from ops.troubles import Exit, Trouble
from shared.events import OWNERS

DRAIN_SECONDS = 2
"""Long enough for answers under way; at a terminal nobody waits longer for Ctrl-C."""


def envoy_binary() -> Path:
    """Where Envoy is."""
    found = importlib.util.find_spec("envoy")
    path = Path(found.origin).parent / "_bin" / "envoy" if found and found.origin else None
    if path is None or not path.exists():
        raise Trouble("Envoy is not installed", "run ./plenary up, which installs it", code=Exit.CANNOT_START)
    return path


def gateway(state: State, ports: Ports) -> Spec:
    """Envoy with the configuration for this machine."""
    upstreams: dict[str, Any] = {owner: Upstream.local(ports[f"{owner}-api"]) for owner in OWNERS}
    settings = GatewaySettings(
        port=ports["gateway"],
        admin_port=ports["envoy-admin"],
        drain_seconds=DRAIN_SECONDS,
        web=Upstream.local(ports["web"]),
        site_port=ports["gateway-site"],
        **upstreams,
    )
    config = write_private(state.config / "envoy.yaml", render(settings))
    return Spec(
        name="gateway",
        command=(str(envoy_binary()), *arguments(config, drain_seconds=DRAIN_SECONDS)),
        # The listener, not the services behind it: the gateway is up before they are.
        probe=partial(http_ok, ports["envoy-admin"], "/ready"),
        environment={**base_environment(), **envoy_environment(state.secret("gateway-key"))},
        folder=ROOT,
        stop_within=DRAIN_SECONDS + 8.0,
    )


def web(environment: Mapping[str, str], ports: Ports) -> Spec:
    """The site. It needs nothing to start, and says what is missing to whoever reads it meanwhile."""
    return Spec(
        name="web",
        command=(sys.executable, "-m", "web"),
        probe=partial(http_ok, ports["web"], "/health/ready"),
        environment=environment,
        folder=ROOT,
    )


def mailbox(state: State, ports: Ports) -> Spec:
    """The SMTP sink with its pages; its mail outlives a restart."""
    folder = private_folder(state.data / "mail")
    return Spec(
        name="mailbox",
        command=(
            *(sys.executable, "-m", "ops.mailbox", "--folder", str(folder)),
            *("--smtp-port", str(ports["smtp"]), "--http-port", str(ports["mailbox"])),
        ),
        probe=partial(http_ok, ports["mailbox"], "/health/ready"),
        environment=base_environment(),
        folder=ROOT,
        stop_within=10.0,
    )
