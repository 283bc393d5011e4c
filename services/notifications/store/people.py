"""Contacts, proofs and accounts: the only place where addresses are kept, besides the mail on its way."""

from __future__ import annotations

from pymongo import ASCENDING, IndexModel

from services.notifications.model.people import Account, Contact, Proof
from services.notifications.store.newest import as_document, as_fields, keep_newest
from shared.mongo import Database, Session

INDEXES: dict[str, list[IndexModel]] = {
    "contacts": [],
    # A tombstone follows each proof; should it be late, a proof of no use any more goes by itself.
    "proofs": [IndexModel([("expires_at", ASCENDING)], name="forget", expireAfterSeconds=3600)],
    "accounts": [],
}


class PeopleStore:
    """Who is written to."""

    def __init__(self, database: Database) -> None:
        self._contacts = database["contacts"]
        self._proofs = database["proofs"]
        self._accounts = database["accounts"]

    async def contact(self, member_id: str) -> Contact | None:
        """How the member is reached, if that is known."""
        document = await self._contacts.find_one({"_id": member_id})
        return Contact.model_validate(as_fields(document)) if document else None

    async def save_contact(self, contact: Contact, session: Session) -> None:
        """Keep the newest contact."""
        await self._contacts.bulk_write([keep_newest(contact, by="revision")], session=session)

    async def account(self, member_id: str) -> Account | None:
        """What is known of the member's account."""
        document = await self._accounts.find_one({"_id": member_id})
        return Account.model_validate(as_fields(document)) if document else None

    async def save_account(self, account: Account, session: Session) -> None:
        """Keep the newest state of the account."""
        await self._accounts.bulk_write([keep_newest(account, by="revision")], session=session)

    async def proof(self, proof_id: str) -> Proof | None:
        """The proof, as long as it is of use."""
        document = await self._proofs.find_one({"_id": proof_id})
        return Proof.model_validate(as_fields(document)) if document else None

    async def save_proof(self, proof: Proof, session: Session) -> None:
        """Keep what the mail about this proof is written from."""
        document = as_document(proof)
        await self._proofs.replace_one({"_id": proof.id}, document, upsert=True, session=session)

    async def forget_proof(self, proof_id: str, session: Session | None = None) -> None:
        """Forget address, code and token."""
        await self._proofs.delete_one({"_id": proof_id}, session=session)

    async def forget_member(self, member_id: str, session: Session) -> None:
        """Forget who the member was."""
        await self._contacts.delete_one({"_id": member_id}, session=session)
        await self._accounts.delete_one({"_id": member_id}, session=session)
