"""What an operator sees of the mail, and the second chance they may give it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.notifications.deps import Deps
from services.notifications.errors import AddressSuppressed
from services.notifications.model.message import Message, ProofMatter, State


async def list_deliveries(deps: Deps, states: Sequence[State], *, after: list[Any] | None, limit: int) -> list[Message]:
    """Deliveries in these states, newest first."""
    return await deps.messages.page(states, after=after, limit=limit)


async def show_delivery(deps: Deps, id: str) -> Message:
    """One delivery with its tries."""
    return await deps.messages.load(id)


async def resend_delivery(deps: Deps, id: str, *, by: str, lift_suppression: bool) -> Message:
    """Put a delivery that was given up into the queue again.

    Everything is examined once more when it is sent. To an address that has refused mail for good nothing goes,
    unless the operator says that this is over.
    """
    message = await deps.messages.load(id)
    address = await _address(deps, message)
    if address and await deps.suppressions.holds(address):
        if not lift_suppression:
            raise AddressSuppressed("If the mailbox works again, send it with lift_suppression.")
        await deps.suppressions.lift(address)
    now = deps.clock.now()
    changed = await deps.messages.change(id, lambda found: found.again(by, now), at=now)
    deps.bell.ring()
    return changed


async def _address(deps: Deps, message: Message) -> str | None:
    if isinstance(message.about, ProofMatter):
        proof = await deps.people.proof(message.about.proof_id)
        return proof.email if proof else None
    contact = await deps.people.contact(message.member_id) if message.member_id else None
    return contact.email if contact else None
