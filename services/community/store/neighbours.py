"""What community remembers of its neighbours' facts: articles, webinars and members, as far as it needs them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pymongo import ASCENDING, IndexModel, UpdateOne

from shared.group_commit import GroupCommit
from shared.mongo import Collection, Database, Document, Session

INDEXES: dict[str, list[IndexModel]] = {
    "articles": [],
    "webinars": [],
    "members": [
        IndexModel([("roles", ASCENDING), ("_id", ASCENDING)], name="by_role"),
    ],
}


STAFF = frozenset({"editor", "moderator", "community_manager"})
"""Roles in which somebody speaks for the publisher. An administrator is not pointed out to the public."""


class Article(NamedTuple):
    """An article as its discussion needs it."""

    id: str
    slug: str
    title: str
    closed: bool


class Person(NamedTuple):
    """A member as others see them."""

    id: str
    name: str | None
    organisation: str | None
    job_title: str | None
    official: bool
    staff: bool


class WebinarLink(NamedTuple):
    """A webinar as a suggestion that led to it names it."""

    id: str
    slug: str
    title: str


class Neighbours:
    """Projections, each the newest of what its owner said: a late or repeated event changes nothing."""

    def __init__(self, database: Database) -> None:
        self._articles = database["articles"]
        self._webinars = database["webinars"]
        self._members = database["members"]
        # Who asks at the same moment shares one query.
        self._articles_asked = _Together(self._articles)
        self._members_asked = _Together(self._members)

    async def article(self, article_id: str) -> Article | None:
        """The article, or None if it is not published."""
        document = await self._articles_asked.submit(article_id)
        if document is None or document.get("gone") or "slug" not in document:
            return None
        return _article(document)

    async def articles(self, ids: Iterable[str]) -> dict[str, Article]:
        """The articles with these ids, as far as they are known, whether or not they are still published."""
        documents = self._articles.find({"_id": {"$in": sorted(set(ids))}, "slug": {"$exists": True}})
        return {row["_id"]: _article(row) async for row in documents}

    async def thread_closed(self, article_id: str) -> bool:
        """Whether the discussion of an article takes no more comments."""
        document = await self._articles_asked.submit(article_id)
        return document is not None and document.get("closed") is True

    async def close_thread(self, article_id: str, *, closed: bool) -> bool:
        """Close or open the discussion; False if there is no such article."""
        result = await self._articles.update_one({"_id": article_id}, {"$set": {"closed": closed}})
        return result.matched_count == 1

    async def webinar_known(self, webinar_id: str) -> bool:
        """Whether such a webinar was announced."""
        return await self._webinars.find_one({"_id": webinar_id}, {"_id": 1}) is not None

    async def webinar_links(self, ids: Iterable[str]) -> dict[str, WebinarLink]:
        """The webinars with these ids, as far as they are known."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        documents = self._webinars.find({"_id": {"$in": wanted}}, {"slug": 1, "title": 1})
        return {row["_id"]: WebinarLink(row["_id"], row["slug"], row["title"]) async for row in documents}

    async def author(self, member_id: str) -> tuple[Person | None, datetime | None]:
        """The member who writes, as far as they are known, and when they may write again if they are suspended."""
        document = await self._members_asked.submit(member_id)
        return (_person(document), document.get("suspended_until")) if document else (None, None)

    async def people(self, ids: Iterable[str]) -> dict[str, Person]:
        """The members with these ids, as far as they are known."""
        wanted = set(ids)
        if len(wanted) == 1:
            document = await self._members_asked.submit(*wanted)
            return {document["_id"]: _person(document)} if document else {}
        documents = self._members.find({"_id": {"$in": sorted(wanted)}})
        return {document["_id"]: _person(document) async for document in documents}

    async def with_role(self, role: str) -> list[Person]:
        """The members who have this role, in the order of their ids."""
        documents = await self._members.find({"roles": role}).sort("_id", ASCENDING).limit(100).to_list()
        return [_person(document) for document in documents]

    async def remember_articles(self, articles: Sequence[Document], session: Session) -> None:
        """Keep the newest revision of each."""
        await self._articles.bulk_write([_newest(article) for article in articles], session=session)

    async def remember_webinars(self, webinars: Sequence[Document], session: Session) -> None:
        """Keep the newest revision of each."""
        await self._webinars.bulk_write([_newest(webinar) for webinar in webinars], session=session)

    async def remember_member(self, member_id: str, fields: Document, revision: int, session: Session) -> None:
        """Keep the newest standing, roles and suspension."""
        await self._remember(member_id, fields, "revision", revision, session)

    async def set_standing(self, member_id: str, standing: str, session: Session) -> None:
        """Change the standing alone."""
        await self._members.update_one(
            {"_id": member_id}, {"$set": {"standing": standing}}, upsert=True, session=session
        )

    async def remember_contact(self, member_id: str, fields: Document, revision: int, session: Session) -> None:
        """Keep the newest name."""
        await self._remember(member_id, fields, "contact_revision", revision, session)

    async def forget_contact(self, member_id: str, session: Session) -> None:
        """Forget the name for good; what the member wrote keeps its place without it."""
        await self._members.update_one(
            {"_id": member_id}, {"$unset": {"name": "", "organisation": "", "job_title": ""}}, session=session
        )

    async def _remember(self, id_: str, fields: Document, counter: str, revision: int, session: Session) -> None:
        await self._members.update_one(
            {"_id": id_}, [_if_newer(fields | {counter: revision}, counter, revision)], upsert=True, session=session
        )


class _Together(GroupCommit[str, Document | None]):
    """Finds documents by their ids, all that are asked for at one moment in one query."""

    def __init__(self, collection: Collection) -> None:
        async def find(ids: Sequence[str]) -> Sequence[Document | None]:
            if len(ids) == 1:
                return [await collection.find_one({"_id": ids[0]})]
            found = {row["_id"]: row async for row in collection.find({"_id": {"$in": list(set(ids))}})}
            return [found.get(id_) for id_ in ids]

        super().__init__(find, max_batch=200, lanes=4)


def _article(document: Document) -> Article:
    return Article(document["_id"], document["slug"], document["title"], document.get("closed", False))


def _newest(document: Document) -> UpdateOne:
    fields = {name: value for name, value in document.items() if name != "_id"}
    return UpdateOne({"_id": document["_id"]}, [_if_newer(fields, "revision", document["revision"])], upsert=True)


def _if_newer(fields: Document, counter: str, revision: int) -> dict[str, Any]:
    """The pipeline stage that sets ``fields`` unless a revision as high is there already."""
    newer = {"$lt": [{"$ifNull": [f"${counter}", -1]}, revision]}
    return {"$set": {name: {"$cond": [newer, {"$literal": value}, f"${name}"]} for name, value in fields.items()}}


def _person(document: Document) -> Person:
    return Person(
        id=document["_id"],
        name=document.get("name"),
        organisation=document.get("organisation"),
        job_title=document.get("job_title"),
        official=document.get("standing") == "official",
        staff=not STAFF.isdisjoint(document.get("roles") or ()),
    )
