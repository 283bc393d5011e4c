"""Clearing up: what has expired says so once, and nothing is removed that still has something to say."""

from __future__ import annotations

import asyncio

from services.accounts.handlers.sweep import Sweep, expire_proofs, forget
from tests.services.accounts.conftest import House, slug
from tests.support import eventually, running

AROHA = "aroha.ngata@health.govt.nz"


async def test_an_expired_mail_loses_its_secrets_on_the_topic_once(house: House) -> None:
    expired = await house.sign_up(AROHA)
    house.clock.forward(hours=23)
    waiting = await house.sign_up("wiremu@health.govt.nz")
    house.clock.forward(hours=2)

    counts = await asyncio.gather(*(expire_proofs(house.deps) for _ in range(4)))

    assert sum(counts) == 1
    assert await house.said("proofs", expired) == ["AddressProofRequested", "-"]
    assert await house.said("proofs", waiting) == ["AddressProofRequested"]
    late = await house.redeem(expired)
    assert (late.status_code, slug(late)) == (410, "link-expired")


async def test_a_proved_sign_up_that_nobody_completed_expires_without_another_tombstone(house: House) -> None:
    ticket = await house.ticket(AROHA)
    proof_id = ticket.partition(".")[0]
    house.clock.forward(hours=25)

    assert await expire_proofs(house.deps) == 1

    assert await house.said("proofs", proof_id) == ["AddressProofRequested", "-"]
    assert (await house.complete(ticket)).status_code == 410


async def test_what_is_long_over_is_forgotten_once_it_is_told(house: House) -> None:
    session = await house.join(AROHA)
    used = await house.database["proofs"].find_one({})
    assert used is not None
    house.clock.forward(days=60)
    await forget(house.deps)
    untold = await house.database["proofs"].count_documents({})

    told = {"$unset": {"outbox": "", "outbox_since": ""}}  # As the relay leaves it.
    await house.database["proofs"].update_many({}, told)
    await forget(house.deps)

    assert untold == 1
    assert await house.database["proofs"].count_documents({}) == 0
    assert await house.deps.sessions.find(session["session_id"]) is None


async def test_the_workers_timer_sweeps_until_it_is_told_to_stop(house: House) -> None:
    proof_id = await house.sign_up(AROHA)
    house.clock.forward(hours=25)

    async with running(Sweep(house.deps, every=3600)):

        async def expired() -> bool:
            return (await house.deps.proofs.load(proof_id)).state == "expired"

        await eventually(expired)

    assert await house.said("proofs", proof_id) == ["AddressProofRequested", "-"]
