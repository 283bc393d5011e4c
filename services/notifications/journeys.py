"""Asking every process what it did on a journey, and putting the answers in order (O5)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import structlog
from pydantic import SecretStr

from shared.journeys import KEY_HEADER, PATH

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 1.0
"""A process that does not answer by then is left out: the board shows what the others did."""


class Told(NamedTuple):
    """A step, and who took it."""

    service: str
    role: str
    step: dict[str, Any]


class Asked(NamedTuple):
    """What the processes answered."""

    steps: list[Told]
    processes: int
    answered: int


class Processes:
    """Every process that may have taken part in a journey."""

    def __init__(self, addresses: Iterable[str], key: SecretStr) -> None:
        import httpx2  # noqa: PLC0415 - 10 MB, and the worker never asks

        self._addresses = [address.strip().rstrip("/") for address in addresses if address.strip()]
        self._client = httpx2.AsyncClient(
            headers={KEY_HEADER: key.get_secret_value()}, timeout=PATIENCE_SECONDS, trust_env=False
        )

    async def steps(self, trace_id: str) -> Asked:
        """Everything that is remembered of a journey, in the order in which it happened."""
        found = await asyncio.gather(*(_every(address) for address in self._addresses))
        addresses = [address for several in found for address in several]
        answers = await asyncio.gather(*(self._ask(address, trace_id) for address in addresses))
        told = [
            Told(answer["service"], answer["role"], step)
            for answer in answers
            if answer is not None
            for step in answer["steps"]
        ]
        told.sort(key=lambda each: each.step["at"])
        return Asked(told, len(addresses), sum(answer is not None for answer in answers))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _ask(self, address: str, trace_id: str) -> dict[str, Any] | None:
        try:
            answer = await self._client.get(f"{address}{PATH}/{trace_id}")
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one process, the others are shown
            log.info("journeys.no-answer", address=address, error=type(error).__name__)
            return None
        return found


async def _every(address: str) -> Sequence[str]:
    """The addresses that a name stands for: each replica remembers its own steps."""
    parts = urlsplit(address)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            parts.hostname, parts.port or 80, type=socket.SOCK_STREAM, family=socket.AF_INET
        )
    except OSError:
        return [address]
    hosts = sorted({str(each[4][0]) for each in found})
    return [f"{parts.scheme}://{host}:{parts.port or 80}" for host in hosts]
