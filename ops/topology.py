"""Who may do what: every topic, Kafka principal, access list and database user, computed from the catalogue and from
the tables of events that the services hear. The one declaration behind the embedded run, compose and Kubernetes.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from shared.events import OWNERS, TOPICS
from shared.views.tallies import View

RENDERED = Path(__file__).resolve().parent.parent / "deploy" / "topology.yaml"

VIEWS = "{service}.views"
"""Names of the consumer groups and internal topics of a service's Faust views begin with this and a hyphen."""


COMPACTED = {
    "cleanup.policy": "compact",
    # Only closed segments are compacted: close them hourly, and have what is superseded gone within a day.
    "segment.ms": "3600000",
    "max.compaction.lag.ms": "86400000",
    # A tombstone stays for a day, so that whoever was away learns of the erasure.
    "delete.retention.ms": "86400000",
}
"""A topic that keeps the newest record per key, and from which an erased person is gone within two days."""


@dataclass(frozen=True, order=True)
class Acl:
    """One thing that a principal may do."""

    principal: str
    resource: str
    """``topic`` or ``group``."""
    name: str
    pattern: str
    """``literal`` or ``prefixed``."""
    operation: str
    """As Kafka spells it, in lower case: ``read``, ``write``, ``describe`` ..."""


@dataclass(frozen=True)
class TopicPlan:
    """One topic with its configuration."""

    name: str
    partitions: int
    config: dict[str, str]


@dataclass(frozen=True)
class ServicePlan:
    """What one service is called by the servers, and what it may touch."""

    name: str
    database: str
    writes: tuple[str, ...]
    reads: tuple[str, ...]

    @property
    def principal(self) -> str:
        """Its name to Kafka, and to MongoDB."""
        return self.name

    @property
    def acls(self) -> tuple[Acl, ...]:
        """Everything this principal may do; whatever is not here is refused."""
        views = VIEWS.format(service=self.name)
        return tuple(sorted({*self._topic_acls(), *self._view_acls(f"{views}-"), *self._group_acls()}))

    def _topic_acls(self) -> Iterator[Acl]:
        for topic in self.writes:
            for operation in ("write", "describe"):
                yield Acl(self.principal, "topic", topic, "literal", operation)
        for topic in self.reads:
            for operation in ("read", "describe", "describe_configs"):
                yield Acl(self.principal, "topic", topic, "literal", operation)

    def _view_acls(self, prefix: str) -> Iterator[Acl]:
        # Faust makes its changelog topics by itself.
        for operation in ("read", "write", "create", "delete", "describe", "describe_configs", "alter_configs"):
            yield Acl(self.principal, "topic", prefix, "prefixed", operation)

    def _group_acls(self) -> Iterator[Acl]:
        for name, pattern in ((self.name, "literal"), (f"{self.name}.", "prefixed")):
            for operation in ("read", "describe"):
                yield Acl(self.principal, "group", name, pattern, operation)


@dataclass(frozen=True)
class Topology:
    """The whole plan."""

    topics: tuple[TopicPlan, ...]
    services: tuple[ServicePlan, ...]
    troubles: dict[str, str] = field(default_factory=dict)
    """Services whose tables could not be read, and why; they are granted nothing to read."""

    def service(self, name: str) -> ServicePlan:
        """The plan of one service."""
        return next(plan for plan in self.services if plan.name == name)

    def as_data(self) -> dict[str, Any]:
        """Plain data, in a stable order."""
        return {
            "topics": [asdict(topic) for topic in self.topics],
            "services": [
                {
                    "name": plan.name,
                    "database": plan.database,
                    "writes": list(plan.writes),
                    "reads": list(plan.reads),
                    "acls": [
                        {key: value for key, value in asdict(acl).items() if key != "principal"} for acl in plan.acls
                    ],
                }
                for plan in self.services
            ],
        }

    @staticmethod
    def from_data(data: dict[str, Any]) -> Topology:
        """The reverse of ``as_data``."""
        return Topology(
            topics=tuple(TopicPlan(**topic) for topic in data["topics"]),
            services=tuple(
                ServicePlan(plan["name"], plan["database"], tuple(plan["writes"]), tuple(plan["reads"]))
                for plan in data["services"]
            ),
            troubles=data.get("troubles", {}),
        )


def plan() -> Topology:
    """Compute the plan. Imports every service's tables, and so most of the code."""
    troubles: dict[str, str] = {}
    services = []
    for owner in OWNERS:
        try:
            heard = heard_topics(owner)
        except Exception:  # noqa: BLE001 - one broken service must not keep the other four from running
            heard = set()
            troubles[owner] = traceback.format_exc(limit=-1).strip().splitlines()[-1]
        writes = tuple(sorted(name for name in TOPICS if name.split(".", 1)[0] == owner))
        reads = tuple(sorted(heard | {f"{owner}.dead-letters"}))
        services.append(ServicePlan(owner, f"plenary_{owner}", writes, reads))
    return Topology(tuple(map(_topic_plan, TOPICS)), tuple(services), troubles)


def heard_topics(service: str) -> set[str]:
    """The topics a service listens to: those of the events in its consumer table, of its tombstones and its views."""
    heard: set[str] = set()
    if consumers := _module(f"services.{service}.consumers"):
        heard |= {event.topic for event in consumers.TABLE}
        heard |= set(getattr(consumers, "TOMBSTONES", ()))
    if streams := _module(f"services.{service}.streams"):
        views = (value for value in vars(streams).values() if isinstance(value, View))
        heard |= {event.topic for view in views for event in view.events}
    for topic in heard:
        readers = TOPICS[topic].readers
        if readers is not None and service not in readers:
            raise TypeError(f"{service} listens to {topic}, which only {', '.join(readers)} may read")
    return heard


def _module(name: str) -> Any:
    """The module, or None where the service has no such room."""
    package = name.rpartition(".")[0]
    if importlib.util.find_spec(package) is None or importlib.util.find_spec(name) is None:
        return None
    return importlib.import_module(name)


def _topic_plan(name: str) -> TopicPlan:
    topic = TOPICS[name]
    hours = str(topic.retention_hours * 3_600_000)
    config = COMPACTED if topic.compacted else {"cleanup.policy": "delete", "retention.ms": hours}
    return TopicPlan(name, topic.partitions, config)


def render(topology: Topology) -> str:
    """The file that compose and Kubernetes create topics, users and access lists from."""
    head = "# Made by `./plenary topology --write` from shared/events and the services' tables. Do not edit.\n"
    return head + yaml.safe_dump(topology.as_data(), sort_keys=False, width=120)


def main() -> None:
    """Print the plan as JSON: `plenary up` asks a short-lived process for it, and so does not carry all the code."""
    topology = plan()
    json.dump({**topology.as_data(), "troubles": topology.troubles}, sys.stdout)


if __name__ == "__main__":
    main()
