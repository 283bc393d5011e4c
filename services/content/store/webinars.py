"""Webinars and the places at them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from services.content.errors import RegistrationNotFound, WebinarNotFound
from services.content.model.lists import Place
from services.content.model.registrations import Registration, registration_id
from services.content.model.webinars import LONGEST, Webinar
from services.content.store.crowds import Crowd
from services.content.store.surveys import named, slug_taken
from shared.aggregates import Aggregates
from shared.events import Event
from shared.mongo import Client, Database, Document

AGGREGATES = ("webinars", "registrations")

_BY_START = [("slot.starts_at", ASCENDING), ("_id", ASCENDING)]

INDEXES: dict[str, list[IndexModel]] = {
    "webinars": [
        IndexModel([("slug", ASCENDING)], name="slug", unique=True),
        IndexModel(_BY_START, name="by_start"),
        *(
            IndexModel([(f"about.{field}", ASCENDING), *_BY_START], name=f"by_start_and_{field}")
            for field in ("series", "regions", "topics")
        ),
    ],
    "registrations": [
        IndexModel(
            [("member_id", ASCENDING), ("state", ASCENDING), ("registered_at", DESCENDING), ("_id", DESCENDING)],
            name="by_member",
        ),
    ],
}

When: TypeAlias = Literal["upcoming", "past"]


class Narrowed(NamedTuple):
    """What a list of webinars is narrowed to."""

    series: str | None = None
    region: str | None = None
    topic: str | None = None


class WebinarStore:
    """Webinars, and the crowds that register for them."""

    def __init__(self, client: Client, database: Database) -> None:
        self._webinars = Aggregates(database["webinars"], Webinar, missing=_missing)
        self._registrations = Aggregates(
            database["registrations"], Registration, missing=lambda id_: RegistrationNotFound(registration=id_)
        )
        self.crowd = Crowd(client, self._webinars, self._registrations, counts=("taken",))

    async def add(self, webinar: Webinar, events: Iterable[Event], *, at: datetime) -> Webinar:
        """Keep a new webinar.

        If there is a webinar of this id already, that one is returned unchanged. Raises :class:`SlugTaken`.
        """
        try:
            await self._webinars.add(webinar, events, at=at)
        except DuplicateKeyError as error:
            existing = await self._webinars.find(webinar.id)
            if existing is not None:
                return existing
            raise slug_taken(error, webinar.slug) from error
        return webinar

    async def load(self, name: str) -> Webinar:
        """The webinar of this slug or this id; raises :class:`WebinarNotFound`."""
        row = await self._webinars.collection.find_one(named(name))
        if row is None:
            raise _missing(name)
        return self._webinars.from_document(row)

    async def by_ids(self, ids: Iterable[str]) -> dict[str, Webinar]:
        """These webinars, by id."""
        rows = self._webinars.collection.find({"_id": {"$in": sorted(set(ids))}})
        return {row["_id"]: self._webinars.from_document(row) async for row in rows}

    async def listed(
        self, when: When, narrowed: Narrowed, *, now: datetime, after: Place | None, limit: int
    ) -> list[Webinar]:
        """Webinars to come or under way, the next first; or those that are over, the last first."""
        rows = self._webinars.collection.find(self.listed_query(when, narrowed, now, after)).sort(self.order(when))
        return [self._webinars.from_document(row) async for row in rows.limit(limit)]

    @staticmethod
    def order(when: When) -> list[tuple[str, int]]:
        """How that list is sorted."""
        direction = ASCENDING if when == "upcoming" else DESCENDING
        return [("slot.starts_at", direction), ("_id", direction)]

    @staticmethod
    def listed_query(when: When, narrowed: Narrowed, now: datetime, after: Place | None) -> Document:
        """The query of :meth:`listed`, so that a test can ask MongoDB how it is answered."""
        fields = {"about.series": narrowed.series, "about.regions": narrowed.region, "about.topics": narrowed.topic}
        conditions: list[Document] = [{field: value} for field, value in fields.items() if value is not None]
        if when == "upcoming":
            # No webinar lasts longer than LONGEST: the first condition bounds the walk, the second is what is meant.
            conditions += [{"slot.starts_at": {"$gt": now - LONGEST}}, {"slot.ends_at": {"$gt": now}}]
        else:
            conditions += [{"slot.starts_at": {"$lte": now}}, {"slot.ends_at": {"$lte": now}}]
        if after is not None:
            beyond, up_to = ("$gt", "$gte") if when == "upcoming" else ("$lt", "$lte")
            conditions += [
                {"slot.starts_at": {up_to: after.at}},
                {"$or": [{"slot.starts_at": {beyond: after.at}}, {"_id": {beyond: after.id}}]},
            ]
        return {"$and": conditions}

    async def ahead(self, now: datetime, *, after: Place | None, limit: int) -> list[Webinar]:
        """Webinars that have not started and are not called off, the next first."""
        query = self.listed_query("upcoming", Narrowed(), now, after)
        query["$and"] += [{"slot.starts_at": {"$gt": now}}, {"cancelled_at": None}]
        rows = self._webinars.collection.find(query).sort(self.order("upcoming")).limit(limit)
        return [self._webinars.from_document(row) async for row in rows]

    async def next_with_places(self, webinar: Webinar, now: datetime) -> Webinar | None:
        """The next webinar of the same series, other than this one, that can still be registered for."""
        if webinar.about.series is None:
            return None
        query = self.next_query(webinar.about.series, now)
        rows = self._webinars.collection.find(query).sort(self.order("upcoming")).limit(2)
        others = [row async for row in rows if row["_id"] != webinar.id]
        return self._webinars.from_document(others[0]) if others else None

    def next_query(self, series: str, now: datetime) -> Document:
        """The query of :meth:`next_with_places`."""
        has_places = [{"about.capacity": None}, {"$expr": {"$lt": ["$taken", "$about.capacity"]}}]
        query = self.listed_query("upcoming", Narrowed(series=series), now, None)
        query["$and"] += [{"slot.starts_at": {"$gt": now}}, {"cancelled_at": None}, {"$or": has_places}]
        return query

    async def registrations_for(self, webinar_ids: Iterable[str], member_id: str) -> dict[str, Registration]:
        """The places that a member holds at these webinars, by webinar. One look by id: the ids follow from both."""
        ids = [registration_id(webinar_id, member_id) for webinar_id in webinar_ids]
        rows = self._registrations.collection.find({"_id": {"$in": ids}, "state": "registered"})
        return {row["webinar_id"]: self._registrations.from_document(row) async for row in rows}

    async def registration(self, registration_id: str) -> Registration | None:
        """A registration."""
        return await self._registrations.find(registration_id)

    async def registrations_of(self, member_id: str, *, after: Place | None, limit: int) -> list[Registration]:
        """The places that a member holds, the last taken first."""
        rows = self._registrations.collection.find(self.registrations_query(member_id, after))
        rows = rows.sort([("registered_at", DESCENDING), ("_id", DESCENDING)]).limit(limit)
        return [self._registrations.from_document(row) async for row in rows]

    @staticmethod
    def registrations_query(member_id: str, after: Place | None) -> Document:
        """The query of :meth:`registrations_of`."""
        query: Document = {"member_id": member_id, "state": "registered"}
        if after is not None:
            query |= {
                "registered_at": {"$lte": after.at},
                "$or": [{"registered_at": {"$lt": after.at}}, {"_id": {"$lt": after.id}}],
            }
        return query


def _missing(name: str) -> WebinarNotFound:
    return WebinarNotFound(webinar=name)
