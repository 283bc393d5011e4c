"""A membership begins: the address is proved, the profile has come."""

from __future__ import annotations

from dataclasses import dataclass

from pymongo.errors import DuplicateKeyError

from services.accounts.deps import Deps, Visitor
from services.accounts.errors import AlreadyAMember, LinkUsed
from services.accounts.handlers.sessions import begin_session, new_session, signed_in
from services.accounts.model import proofs, readers
from services.accounts.model.access import SignedIn
from services.accounts.model.member import Member, Profile, join
from services.accounts.model.passwords import check_password, normal_password
from services.accounts.model.proofs import Proof
from services.accounts.model.sessions import SessionFamily
from shared.events import Event
from shared.ids import new_id
from shared.mongo import Session, transact

LOST_RACES = 3
"""A unique index can stop a sign-up once for its address and once for each of two readers. Then the next try sees
why."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What completes a sign-up. ``repeat`` is the same when the same request is sent again for want of an answer."""

    ticket: str
    profile: Profile
    zone: str | None = None
    """None leaves it to what the sign-up said; so with ``locale``."""
    locale: str | None = None
    password: str | None = None
    repeat: str | None = None


@dataclass(frozen=True, slots=True)
class _Beginning:
    """Everything that is made before the transaction, so that each try of it writes the same."""

    proof_id: str
    ticket_hash: str
    completed_by: str | None
    member_id: str
    profile: Profile
    password_hash: str | None
    session: SessionFamily
    browser: str | None
    """The reader on the browser that completes; another one may have asked for the mail."""


async def complete_signup(deps: Deps, completion: Completion, visitor: Visitor) -> SignedIn:
    """Begin the membership and its first session.

    Raises ``LinkUsed`` or ``LinkExpired`` for the ticket, ``AlreadyAMember`` if another sign-up for the same address
    was faster, ``PasswordWeak``.
    """
    proof_id, _, secret = completion.ticket.partition(".")
    proof = await deps.proofs.load(proof_id)
    kept = deps.vault.kept("ticket", proof_id, secret)
    by = deps.vault.kept("completion", completion.repeat) if completion.repeat else None
    if proofs.completed_before(proof, kept, by=by):
        return await _answer_again(deps, proof, visitor)
    proofs.complete(proof, kept, deps.clock.now())  # Refuses before anything costly is done.
    password_hash = await _password_hash(deps, completion, proof)
    member_id = new_id()
    session, refresh_token = new_session(deps, member_id, "sign-up", visitor)
    browser = await deps.readers.recognised(visitor.reader_cookie)
    profile = completion.profile.model_copy(
        update={"zone": completion.zone or proof.zone or "UTC", "locale": completion.locale or proof.locale}
    )
    beginning = _Beginning(proof_id, kept, by, member_id, profile, password_hash, session, browser)
    member = await _begin(deps, beginning)
    return signed_in(deps, member, session, refresh_token)


async def _begin(deps: Deps, beginning: _Beginning) -> Member:
    for lost in range(LOST_RACES + 1):
        try:
            return await transact(deps.client, lambda session: _write(deps, beginning, session))
        except DuplicateKeyError:
            if lost == LOST_RACES:
                raise
    raise AssertionError("unreachable: the last try returns or raises")


async def _write(deps: Deps, beginning: _Beginning, session: Session) -> Member:
    """The proof used up, the member, their readers and their session: all of it or nothing."""
    at = beginning.session.started_at
    proof = await deps.proofs.load(beginning.proof_id, session=session)
    done = proofs.complete(proof, beginning.ticket_hash, at, by=beginning.completed_by)
    if await deps.members.by_address(proof.address_key, session=session):
        raise AlreadyAMember
    verdict = (await deps.domains.current()).judge(proof.domain)
    links, told = await _claim_readers(deps, proof, beginning, session)
    member, events = join(
        beginning.member_id,
        proof.address,
        beginning.profile,
        verdict,
        password_hash=beginning.password_hash,
        reader_id=links[0].id if links else None,
        at=at,
    )
    await deps.proofs.save(done, at=at, session=session)
    for link in links:
        await deps.reader_links.add(link, at=at, session=session)
    await deps.members.add(member, [*events, *told], at=at, session=session)
    await deps.sessions.add(beginning.session, at=at, session=session)
    return member


async def _claim_readers(
    deps: Deps, proof: Proof, beginning: _Beginning, session: Session
) -> tuple[list[readers.ReaderLink], list[Event]]:
    """Who read before joining: the reader who asked for the mail first. Readers who are others' already stay theirs."""
    links, told = [], []
    for reader_id in dict.fromkeys(filter(None, (proof.reader_id, beginning.browser))):
        if await deps.reader_links.find(reader_id, session=session) is None:
            link, events = readers.link(reader_id, beginning.member_id, beginning.session.started_at)
            links.append(link)
            told += events
    return links, told


async def _answer_again(deps: Deps, proof: Proof, visitor: Visitor) -> SignedIn:
    member = await deps.members.by_address(proof.address_key)
    if member is None:
        raise LinkUsed
    return await begin_session(deps, member, "sign-up", visitor)


async def _password_hash(deps: Deps, completion: Completion, proof: Proof) -> str | None:
    if completion.password is None:
        return None
    normal = normal_password(completion.password)
    check_password(normal, about=(proof.email, completion.profile.name, completion.profile.organisation or ""))
    return await deps.passwords.hash(normal)
