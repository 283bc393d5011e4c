"""Members, their contacts, and the proofs of their addresses."""

from __future__ import annotations

from services.notifications.deps import Deps
from services.notifications.handlers.calling import arrived, call_for, call_off
from services.notifications.model.message import MemberMatter, ProofMatter, called_for, subject
from services.notifications.model.people import Account, Contact, Proof
from shared.events.accounts import AddressProofRequested, ContactChanged, MemberJoined, MemberUpdated
from shared.inbox import Delivery
from shared.trace import current_traceparent

PROOF = "proof:"
"""How the keys of proofs begin on the contacts topic; the others are members' ids."""


async def know_contact(deps: Deps, delivery: Delivery[ContactChanged]) -> None:
    """Remember how a member is reached, and send what has waited for it."""
    event = delivery.event
    contact = Contact(
        id=event.contact_id,
        email=event.email,
        name=event.name,
        locale=event.locale,
        zone=event.zone,
        revision=event.revision,
    )
    await deps.people.save_contact(contact, delivery.session)
    await arrived(deps, "contact", [subject("member", contact.id)], delivery.session)


async def mail_proof(deps: Deps, delivery: Delivery[AddressProofRequested]) -> None:
    """Mail the code and the link to the address that is to be proved."""
    event = delivery.event
    proof = Proof(
        id=event.contact_id,
        email=event.email,
        purpose=event.purpose,
        code=event.code,
        token=event.token,
        locale=event.locale,
        expires_at=event.expires_at,
    )
    await deps.people.save_proof(proof, delivery.session)
    message = called_for(
        "address-proof",
        ProofMatter(proof_id=proof.id),
        cause=proof.id,
        cause_id=delivery.id,
        member_id=None,
        at=delivery.occurred_at,
        expires_at=proof.expires_at,
        trace=current_traceparent(),
    )
    await call_for(deps, [message], delivery.session)


async def forget(deps: Deps, delivery: Delivery[None]) -> None:
    """A tombstone: the proof is used or has expired, or the member is to be forgotten."""
    if delivery.key.startswith(PROOF):
        await deps.people.forget_proof(delivery.key, delivery.session)
        reason = "the proof was used or has expired"
        await call_off(deps, [subject("proof", delivery.key)], reason, deps.clock.now(), delivery.session)
    else:
        await _erase(deps, delivery)


async def _erase(deps: Deps, delivery: Delivery[None]) -> None:
    """Cancel what is queued, scrub what is kept, and leave a ledger without the person (N13)."""
    member_id, session, now = delivery.key, delivery.session, deps.clock.now()
    messages = await deps.messages.about([subject("member", member_id)], session=session)
    await deps.messages.save_all([message.erased(now) for message in messages], now, session)
    await deps.people.forget_member(member_id, session)
    await deps.preferences.forget(member_id, session)
    await deps.webinars.forget_member(member_id, session)


async def welcome_member(deps: Deps, delivery: Delivery[MemberJoined]) -> None:
    """Welcome a new member, once."""
    message = called_for(
        "welcome",
        MemberMatter(),
        cause=delivery.event.member_id,
        cause_id=delivery.id,
        member_id=delivery.event.member_id,
        at=delivery.occurred_at,
        trace=current_traceparent(),
    )
    await call_for(deps, [message], delivery.session)


async def update_account(deps: Deps, delivery: Delivery[MemberUpdated]) -> None:
    """Remember whether the member is suspended."""
    event = delivery.event
    account = Account(id=event.member_id, suspended_until=event.suspended_until, revision=event.revision)
    await deps.people.save_account(account, delivery.session)
