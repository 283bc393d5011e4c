"""Which port each process listens on: one base, fixed distances, single ports overridden by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shared.events import OWNERS

DEFAULT_BASE = 7000

SERVERS = {
    "mongod": 17,
    "smtp": 25,
    "mailbox": 26,
    "kafka": 92,
    "kafka-controller": 93,
    "kafka-open": 94,
    "envoy-admin": 901,
    "gateway": 1080,
    "gateway-site": 1081,
}
"""Distance from the base, so that the gateway is at 8080 and MongoDB at 7017 unless told otherwise.

``kafka-open`` is a listener without credentials that exists only where tests ask for it; by ``gateway-site`` the site
asks the API on behalf of its readers."""

APIS = {f"{owner}-api": 101 + index for index, owner in enumerate(OWNERS)}
WORKERS = {f"{owner}-worker": 201 + index for index, owner in enumerate(OWNERS)}
"""A worker's port serves its probes and metrics."""

WEB = {"web": 101 + len(OWNERS)}

DISTANCES = SERVERS | APIS | WEB | WORKERS


@dataclass(frozen=True)
class Ports:
    """The port of every process by its name."""

    base: int = DEFAULT_BASE
    overrides: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if unknown := set(self.overrides) - set(DISTANCES):
            raise ValueError(f"no process is called {', '.join(sorted(unknown))}; there are {', '.join(DISTANCES)}")

    def __getitem__(self, name: str) -> int:
        return self.overrides.get(name, self.base + DISTANCES[name])

    def __iter__(self) -> Iterator[str]:
        return iter(DISTANCES)
