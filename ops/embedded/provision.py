"""Putting the declared topics, principals and access lists where they belong."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping

from ops import kafka_admin
from ops.settings import ROOT
from ops.topology import Topology
from ops.troubles import Trouble
from shared.kafka import KafkaConfig


async def plan_elsewhere() -> Topology:
    """Ask a short-lived process who may do what: computing it imports all the services, which we need not carry."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ops.topology"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaints = await child.communicate()
    if child.returncode:
        last = complaints.decode(errors="replace").strip().splitlines()[-1:]
        raise Trouble(f"the topics and access lists cannot be computed ({''.join(last)})", "see ./plenary topology")
    return Topology.from_data(json.loads(said))


def kafka(access: KafkaConfig, plan: Topology, passwords: Mapping[str, str]) -> None:
    """Create what is missing and withdraw what is too much. Without authentication there is nobody to grant to."""
    admin = kafka_admin.connect(access)
    kafka_admin.create_topics(admin, plan.topics)
    if access.security.startswith("SASL"):
        kafka_admin.create_principals(admin, passwords)
        kafka_admin.set_acls(admin, plan.services)
