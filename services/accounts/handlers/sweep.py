"""Clearing up: expired mails lose their secrets on Kafka, and what is long over is forgotten."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime

import structlog
from pymongo.errors import PyMongoError

from services.accounts.deps import Deps
from services.accounts.model.proofs import Proof, contact_key, expire
from shared import outbox
from shared.events.accounts import AddressProofRequested

log = structlog.get_logger(__name__)

BATCH = 100


async def expire_proofs(deps: Deps) -> int:
    """Say of every proof whose time is over that it is, and take its secrets off the topic; returns how many.

    Any number of workers may do it at once: each proof expires once.
    """
    at = deps.clock.now()
    found = [document["_id"] async for document in deps.proofs.expired(at, limit=BATCH)]
    return sum([await _expire(deps, proof_id, at) for proof_id in found])


async def _expire(deps: Deps, proof_id: str, at: datetime) -> bool:
    decided = False

    def decide(proof: Proof) -> tuple[Proof, list[outbox.Row]]:
        nonlocal decided
        decided = proof.state in {"waiting", "proved"} and proof.expires_at <= at
        if not decided:
            return proof, []  # Used, or expired by another worker, in the meantime.
        # The secrets of one that was proved are off the topic already.
        gone = outbox.tombstone(AddressProofRequested.topic, contact_key(proof.id), at)
        return expire(proof), [gone] if proof.state == "waiting" else []

    await deps.proofs.change(proof_id, decide, at=at)
    return decided


async def forget(deps: Deps) -> None:
    """Remove proofs and sessions that nobody will ask for again."""
    at = deps.clock.now()
    proofs, sessions = await deps.proofs.forget(at), await deps.sessions.forget(at)
    if proofs or sessions:
        log.info("sweep.forgot", proofs=proofs, sessions=sessions)


class Sweep:
    """The worker's timer for both."""

    name = "sweep"

    def __init__(self, deps: Deps, *, every: float) -> None:
        self._deps = deps
        self._every = every

    async def run(self, stop: asyncio.Event) -> None:
        """Sweep until told to stop. A database that is away is waited for."""
        while not stop.is_set():
            pause = self._every
            try:
                if await expire_proofs(self._deps) == BATCH:
                    pause = 0.1
                await forget(self._deps)
            except PyMongoError as error:
                log.warning("sweep.postponed", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
