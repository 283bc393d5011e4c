"""Proving an address: somebody says they read its mail, and shows it by a link or a code that only the mail holds."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.accounts.errors import CodeWrong, LinkExpired, LinkUsed, ProofNotFound, TooManyAttempts
from services.accounts.model.addresses import Address
from services.accounts.model.domains import Verdict
from shared.events import Event
from shared.events.accounts import AddressProofRequested
from shared.model import Aggregate

Purpose = Literal["sign-up", "log-in", "password-reset", "already-a-member"]
Intent = Literal["sign-up", "log-in", "password-reset"]
Method = Literal["link", "code"]

LIFETIME = timedelta(hours=24)
CODE_ATTEMPTS = 5
"""Of a million codes, five are tried at most before the code is void; the link in the same mail goes on working."""


class Proof(Aggregate):
    """One mail with a link and a code. Either proves the address, once, within 24 hours."""

    purpose: Purpose
    email: str
    """Where the mail goes: for a member the address on record, otherwise what was typed."""
    address_key: str
    domain: str
    locale: str = "en"
    zone: str | None = None
    reader_id: str | None = None
    """The anonymous reader who asked."""
    token_hash: str
    code_hash: str
    attempts: int = 0
    """Codes tried so far."""
    state: Literal["waiting", "proved", "used", "expired"] = "waiting"
    """``proved``: a sign-up whose address is proved and whose profile is still to come, against the ticket."""
    ticket_hash: str | None = None
    requested_at: datetime
    expires_at: datetime
    """When the link, or once that is proved the ticket, ends."""
    used_at: datetime | None = None
    completed_by: str | None = None
    """What the request that completed the sign-up will be known by, should it come again because no answer arrived."""

    @property
    def address(self) -> Address:
        """The address that this proves."""
        return Address(email=self.email, key=self.address_key, domain=self.domain)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A proved address that has no account yet; the ticket stands for it when the profile comes."""

    proof: Proof
    ticket: str
    verdict: Verdict


def purpose_of(intent: Intent, *, known: bool) -> Purpose:
    """What the mail is about. Whether the address has an account shows there, and nowhere else."""
    if not known:
        return "sign-up"
    return "already-a-member" if intent == "sign-up" else intent


def request_proof(proof: Proof, *, token: str, code: str) -> tuple[Proof, list[Event]]:
    """Somebody wants to prove an address: the mail with both secrets is asked for."""
    mail = AddressProofRequested(
        contact_id=contact_key(proof.id),
        email=proof.email,
        purpose=proof.purpose,
        code=code,
        token=token,
        locale=proof.locale,
        expires_at=proof.expires_at,
    )
    return proof, [mail]


def contact_key(proof_id: str) -> str:
    """The key under which the mail's secrets travel on ``accounts.contacts``, until a tombstone takes them away."""
    return f"proof:{proof_id}"


def check_open(proof: Proof, at: datetime) -> None:
    """Raise ``LinkUsed`` or ``LinkExpired`` unless the proof still waits."""
    if proof.state in {"proved", "used"}:
        raise LinkUsed("Ask for a new mail, or go on where the first use of this one led you.")
    if proof.state == "expired" or proof.expires_at <= at:
        raise LinkExpired("It was good for 24 hours. Ask for a new mail.")


def check_token(proof: Proof, token_hash: str, at: datetime) -> None:
    """Raise unless this is the token of an open proof. A wrong token says nothing about the proof."""
    if not hmac.compare_digest(proof.token_hash, token_hash):
        raise ProofNotFound("Open the link exactly as it stands in the mail.")
    check_open(proof, at)


def check_attempts(proof: Proof, at: datetime) -> None:
    """Raise unless a code may still be tried."""
    check_open(proof, at)
    if proof.attempts >= CODE_ATTEMPTS:
        raise TooManyAttempts(
            "This code is void after five wrong ones. Use the link in the same mail, or ask for a new mail.",
            headers={"Retry-After": "60"},
        )


def check_code(proof: Proof, code_hash: str, at: datetime) -> None:
    """Raise unless this is the code of an open proof. The attempt has been counted before."""
    check_open(proof, at)
    if not hmac.compare_digest(proof.code_hash, code_hash):
        left = CODE_ATTEMPTS - proof.attempts
        raise CodeWrong(f"{left} of {CODE_ATTEMPTS} attempts are left.", attempts_left=left)


def prove(proof: Proof, *, ticket_hash: str, at: datetime) -> Proof:
    """The address of a sign-up is proved; whoever holds the ticket may complete it within 24 hours."""
    check_open(proof, at)
    return proof.model_copy(
        update={"state": "proved", "ticket_hash": ticket_hash, "used_at": at, "expires_at": at + LIFETIME}
    )


def use(proof: Proof, at: datetime) -> Proof:
    """A log-in or a reset uses the proof up at once."""
    check_open(proof, at)
    return proof.model_copy(update={"state": "used", "used_at": at})


def complete(proof: Proof, ticket_hash: str, at: datetime, *, by: str | None = None) -> Proof:
    """The sign-up's profile has come: the ticket is used up. ``by`` names the request, if it can come again."""
    _check_ticket(proof, ticket_hash)
    if proof.state == "used":
        raise LinkUsed("This sign-up is complete. Log in.")
    if proof.state == "expired" or proof.expires_at <= at:
        raise LinkExpired("The address was proved more than 24 hours ago. Sign up again.")
    return proof.model_copy(update={"state": "used", "completed_by": by})


def completed_before(proof: Proof, ticket_hash: str, *, by: str | None) -> bool:
    """Whether this very request has completed the sign-up already, and only its answer was lost."""
    _check_ticket(proof, ticket_hash)
    return proof.state == "used" and by is not None and proof.completed_by == by


def expire(proof: Proof) -> Proof:
    """Nobody came in time."""
    return proof.model_copy(update={"state": "expired"})


def _check_ticket(proof: Proof, ticket_hash: str) -> None:
    if proof.ticket_hash is None or not hmac.compare_digest(proof.ticket_hash, ticket_hash):
        raise ProofNotFound("Prove your address first.")
