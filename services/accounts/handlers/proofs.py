"""Asking for a mail, and showing what was in it."""

from __future__ import annotations

from dataclasses import dataclass

from pymongo.errors import DuplicateKeyError

from services.accounts.deps import Deps, Visitor
from services.accounts.errors import AlreadyAMember, PasswordMissing, ProofNotFound
from services.accounts.handlers.guard import count_mail, guess
from services.accounts.handlers.sessions import begin_session
from services.accounts.model import proofs as rules
from services.accounts.model.access import SignedIn
from services.accounts.model.addresses import parse_address
from services.accounts.model.member import Member, renew_verification, set_password
from services.accounts.model.passwords import check_password, normal_password
from services.accounts.model.proofs import Intent, Proof, Ticket
from shared import outbox
from shared.events.accounts import AddressProofRequested


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody shows to prove an address: the link's token or the code."""

    token: str | None = None
    code: str | None = None


async def request_proof(
    deps: Deps, proof_id: str, intent: Intent, email: str, *, locale: str, zone: str | None, visitor: Visitor
) -> Proof:
    """Send a mail with a link and a code. The same work whether or not the address has an account."""
    address = parse_address(email)
    await count_mail(deps, network=visitor.network, address_key=address.key)
    member = await deps.members.by_address(address.key)
    at = deps.clock.now()
    token, code = deps.vault.new_token(), deps.vault.new_code()
    proof = Proof(
        id=proof_id,
        version=1,
        purpose=rules.purpose_of(intent, known=member is not None),
        email=member.email if member else address.email,
        address_key=address.key,
        domain=address.domain,
        locale=member.profile.locale if member else locale,
        zone=zone,
        reader_id=await deps.readers.recognised(visitor.reader_cookie),
        token_hash=deps.vault.kept("token", proof_id, token),
        code_hash=deps.vault.kept("code", proof_id, code),
        requested_at=at,
        expires_at=at + rules.LIFETIME,
    )
    try:
        await deps.proofs.add(*rules.request_proof(proof, token=token, code=code), at=at)
    except DuplicateKeyError:
        return await deps.proofs.load(proof_id)  # The same request once more: its mail is on the way.
    return proof


async def redeem_proof(
    deps: Deps, proof_id: str, shown: Shown, *, password: str | None, visitor: Visitor
) -> Ticket | SignedIn:
    """Prove an address, once: a newcomer gets a ticket for the profile, a member a session.

    ``password`` is the new one of a reset.
    """
    proof = await _checked(deps, proof_id, shown, visitor)
    member = await deps.members.by_address(proof.address_key)
    if member is None:
        if proof.purpose != "sign-up":
            raise ProofNotFound("The account that this was for is gone.")
        return await _issue_ticket(deps, proof)
    if member.email != proof.email:
        # Another mailbox whose address looks alike (see Address.key) has become the account in the meantime.
        raise AlreadyAMember
    new_hash = await _new_password_hash(deps, proof, member, password)
    await _use_up(deps, proof)
    member = await _let_in(deps, member, new_hash)
    return await begin_session(deps, member, "code" if shown.code else "link", visitor)


async def _checked(deps: Deps, proof_id: str, shown: Shown, visitor: Visitor) -> Proof:
    """The proof, whose secret was shown rightly; a wrong one costs a try."""
    async with guess(deps, network=visitor.network, account=None):
        proof = await deps.proofs.load(proof_id)
        if shown.token is not None:
            rules.check_token(proof, deps.vault.kept("token", proof_id, shown.token), deps.clock.now())
            return proof
    return await _checked_code(deps, proof, shown.code or "", visitor)


async def _checked_code(deps: Deps, proof: Proof, code: str, visitor: Visitor) -> Proof:
    """A code can be guessed, so each try counts against the proof and the account too, before it is compared."""
    at = deps.clock.now()
    rules.check_attempts(proof, at)
    async with guess(deps, network=visitor.network, account=proof.address_key):
        counted = await deps.proofs.count_attempt(proof.id, at)
        if counted is None:  # Others used it, or its attempts, in this very moment.
            rules.check_attempts(await deps.proofs.load(proof.id), at)
            raise ProofNotFound
        rules.check_code(counted, deps.vault.kept("code", proof.id, code), at)
    return counted


async def _issue_ticket(deps: Deps, proof: Proof) -> Ticket:
    at = deps.clock.now()
    secret = deps.vault.new_token()
    kept = deps.vault.kept("ticket", proof.id, secret)
    gone = _tombstone(deps, proof)
    proved = await deps.proofs.change(proof.id, lambda now: (rules.prove(now, ticket_hash=kept, at=at), [gone]), at=at)
    verdict = (await deps.domains.current()).judge(proof.domain)
    return Ticket(proof=proved, ticket=f"{proof.id}.{secret}", verdict=verdict)


async def _use_up(deps: Deps, proof: Proof) -> None:
    at = deps.clock.now()
    gone = _tombstone(deps, proof)
    await deps.proofs.change(proof.id, lambda now: (rules.use(now, at), [gone]), at=at)


async def _let_in(deps: Deps, member: Member, new_hash: str | None) -> Member:
    """What a proved address does for a member: a year more for an official, and a new password if that was asked
    for.
    """
    at = deps.clock.now()
    verdict = (await deps.domains.current()).judge(member.domain)
    member = await deps.members.change(member.id, lambda now: renew_verification(now, verdict, at), at=at)
    if new_hash is not None:
        member = await deps.members.change(member.id, lambda now: set_password(now, new_hash, at), at=at)
        await deps.sessions.end_all(member.id, "password-changed", at)
    return member


async def _new_password_hash(deps: Deps, proof: Proof, member: Member, password: str | None) -> str | None:
    """Checked and hashed before the proof is used up, so that a weak password does not cost the link."""
    if proof.purpose != "password-reset":
        return None
    if password is None:
        raise PasswordMissing("Send the new password together with the link's token or the code.")
    normal = normal_password(password)
    check_password(normal, about=(member.email, member.profile.name))
    return await deps.passwords.hash(normal)


def _tombstone(deps: Deps, proof: Proof) -> outbox.Row:
    """Takes the mail's secrets off the topic: they are of no more use."""
    return outbox.tombstone(AddressProofRequested.topic, rules.contact_key(proof.id), deps.clock.now())
