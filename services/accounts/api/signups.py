"""Joining: a mail, the proof that it arrived, a profile."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path

from services.accounts.api.doors import From, Wired
from services.accounts.handlers import proofs, signup
from services.accounts.handlers.proofs import Shown
from services.accounts.handlers.signup import Completion
from services.accounts.model.proofs import Ticket
from services.accounts.schemas.members import NewMember
from services.accounts.schemas.sessions import (
    LoggedIn,
    NewProof,
    NewSignup,
    ProfileNeeded,
    ProofRequested,
    Proved,
    Proving,
    Tokens,
)
from shared.http import Idempotent

router = APIRouter(prefix="/v1", tags=["joining"])

RepeatKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="Sent again with the same body, the sign-up that was completed answers with a new session.",
    ),
]


@router.post("/signups", status_code=202)
async def request_signup(body: NewSignup, key: Idempotent, visitor: From, deps: Wired) -> ProofRequested:
    """Send a mail with a link and a code to an address that wants to join. An address that has an account gets a mail
    to log in by; the answer is the same.
    """
    proof = await proofs.request_proof(
        deps, key.derive("proof"), "sign-up", body.email, locale=body.locale, zone=body.zone, visitor=visitor
    )
    return ProofRequested(proof_id=proof.id, expires_at=proof.expires_at)


@router.post("/proofs", status_code=202)
async def request_proof(body: NewProof, key: Idempotent, visitor: From, deps: Wired) -> ProofRequested:
    """Send a mail to log in by, or to set a new password by. An address without an account gets a mail to join by; the
    answer is the same.
    """
    proof = await proofs.request_proof(
        deps, key.derive("proof"), body.purpose, body.email, locale=body.locale, zone=None, visitor=visitor
    )
    return ProofRequested(proof_id=proof.id, expires_at=proof.expires_at)


@router.post("/proofs/{proof_id}")
async def redeem_proof(
    proof_id: Annotated[str, Path(max_length=100)], body: Proving, visitor: From, deps: Wired
) -> Proved:
    """Show the link's token or the code, once. Front-ends send it when a person presses a button, never when a page is
    merely opened: mail scanners open links too.
    """
    shown = Shown(token=body.token, code=body.code)
    proved = await proofs.redeem_proof(deps, proof_id, shown, password=body.password, visitor=visitor)
    if isinstance(proved, Ticket):
        return ProfileNeeded.of(proved)
    return LoggedIn(session=Tokens.of(proved, deps.clock.now()))


@router.post("/members", status_code=201)
async def join(body: NewMember, visitor: From, deps: Wired, key: RepeatKey = None) -> Tokens:
    """Complete a sign-up with a profile: the membership begins, and with it a session."""
    completion = Completion(
        ticket=body.ticket,
        profile=body.profile(),
        zone=body.zone,
        locale=body.locale,
        password=body.password,
        repeat=f"{key} {body.model_dump_json()}" if key else None,
    )
    return Tokens.of(await signup.complete_signup(deps, completion, visitor), deps.clock.now())
