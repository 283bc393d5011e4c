"""Webinars and registrations. Both arrive on topics of their own, so either may come first."""

from __future__ import annotations

from pymongo import ASCENDING, IndexModel, ReturnDocument
from pymongo.asynchronous.cursor import AsyncCursor

from services.notifications.model.webinars import Registration, Webinar
from services.notifications.store.newest import as_document, as_fields, keep_newest
from shared.mongo import Database, Document, Session

INDEXES: dict[str, list[IndexModel]] = {
    "webinars": [IndexModel([("topics", ASCENDING)], name="by_topic")],
    "registrations": [
        IndexModel([("webinar_id", ASCENDING), ("active", ASCENDING)], name="of_webinar"),
        IndexModel([("member_id", ASCENDING)], name="of_member"),
    ],
}


class WebinarStore:
    """What content has told of webinars."""

    def __init__(self, database: Database) -> None:
        self._webinars = database["webinars"]
        self._registrations = database["registrations"]

    async def webinar(self, webinar_id: str) -> Webinar | None:
        """The webinar, if it has been announced."""
        return _webinar(await self._webinars.find_one({"_id": webinar_id}))

    async def touch(self, webinar_id: str, session: Session) -> Webinar | None:
        """The webinar, if it has been announced; takes part in whatever else happens to it.

        A registration and an announcement handled at once would each not see the other, and the mail that follows
        from both would be called for by neither. As both write the webinar's document, one of them goes second.
        """
        document = await self._webinars.find_one_and_update(
            {"_id": webinar_id},
            {"$inc": {"touches": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return _webinar(document)

    async def save_webinar(self, webinar: Webinar, session: Session) -> None:
        """Keep what is now known of it."""
        fields = as_document(webinar)
        await self._webinars.update_one({"_id": fields.pop("_id")}, {"$set": fields}, upsert=True, session=session)

    async def registration(self, registration_id: str, session: Session | None = None) -> Registration | None:
        """The registration, cancelled or not."""
        document = await self._registrations.find_one({"_id": registration_id}, session=session)
        return Registration.model_validate(as_fields(document)) if document else None

    async def save_registration(self, registration: Registration, session: Session) -> None:
        """Keep the newest state of the registration."""
        await self._registrations.bulk_write([keep_newest(registration, by="changed_at")], session=session)

    async def registered(self, webinar_id: str, session: Session) -> list[Registration]:
        """Everybody who has a place."""
        documents = await self.registered_cursor(webinar_id, session).to_list()
        return [Registration.model_validate(as_fields(document)) for document in documents]

    def registered_cursor(self, webinar_id: str, session: Session | None = None) -> AsyncCursor[Document]:
        """The query behind :meth:`registered`."""
        return self._registrations.find({"webinar_id": webinar_id, "active": True}, session=session)

    async def forget_member(self, member_id: str, session: Session) -> None:
        """Forget where the member was registered."""
        await self._registrations.delete_many({"member_id": member_id}, session=session)

    async def topics_among(self, topics: list[str]) -> set[str]:
        """Those of these topics that a webinar has stood under."""
        found: list[str] = await self._webinars.distinct("topics", {"topics": {"$in": topics}})
        return set(found)


def _webinar(document: Document | None) -> Webinar | None:
    """What was announced; a document that was only touched says nothing yet."""
    if document is None or "starts_at" not in document:
        return None
    return Webinar.model_validate(as_fields(document))
