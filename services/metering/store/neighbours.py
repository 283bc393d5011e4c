"""What metering remembers of its neighbours' facts: articles by any slug they ever had, and members' standing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from pymongo import UpdateOne

from services.metering.model.access import LATE_VIEWS, UNLIMITED, Article
from shared.group_commit import GroupCommit
from shared.mongo import Database, Document, Session

BELIEVED_SECONDS = 2.0
"""As long as policies are."""
MOST_ARTICLES = 10_000
"""Slugs remembered at once, at some 500 bytes each."""

EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Standing(NamedTuple):
    """A member's standing, and since when."""

    standing: str
    since: datetime


class Link(NamedTuple):
    """Who an anonymous reader turned out to be, and when."""

    member_id: str
    linked_at: datetime


class Neighbours:
    """Projections; a late or repeated event changes nothing."""

    def __init__(self, database: Database) -> None:
        self._articles = database["articles"]
        self._members = database["members"]
        self._links = database["links"]
        self._known: dict[str, tuple[float, Article]] = {}
        self._articles_asked: GroupCommit[str, Article | None] = GroupCommit(self._by_slug, max_batch=200, lanes=4)
        self._members_asked: GroupCommit[str, Standing | None] = GroupCommit(self._standings, max_batch=200, lanes=4)

    async def article(self, slug: str) -> Article | None:
        """The published item that has, or had, this slug.

        Who asks at the same moment shares one query, and what was found is believed for a moment: all that it decides
        is whether the item is exempt, and what it is about. That there is none is not believed, for it may have just
        been published.
        """
        now = time.monotonic()
        until, known = self._known.get(slug, (0.0, None))
        if known is not None and now < until:
            return known
        found = await self._articles_asked.submit(slug)
        if found is not None:
            if len(self._known) >= MOST_ARTICLES:
                self._known.clear()
            self._known[slug] = (now + BELIEVED_SECONDS, found)
        return found

    async def standing(self, member_id: str) -> Standing | None:
        """The member's standing, if it was heard of. Who asks at the same moment shares one query."""
        return await self._members_asked.submit(member_id)

    async def _by_slug(self, slugs: Sequence[str]) -> Sequence[Article | None]:
        found: dict[str, Article] = {}
        async for document in self._articles.find({"slugs": {"$in": list(set(slugs))}, "gone": {"$ne": True}}):
            found |= dict.fromkeys(document["slugs"], _article(document))
        return [found.get(slug) for slug in slugs]

    async def _standings(self, member_ids: Sequence[str]) -> Sequence[Standing | None]:
        found = await self.standings(member_ids)
        return [found.get(member_id) for member_id in member_ids]

    async def standings(self, member_ids: Iterable[str], session: Session | None = None) -> dict[str, Standing]:
        """The standings of those that were heard of."""
        found = self._members.find({"_id": {"$in": list(set(member_ids))}}, session=session)
        return {document["_id"]: Standing(document["standing"], document["since"]) async for document in found}

    async def articles(self, ids: Iterable[str], session: Session | None = None) -> dict[str, Article]:
        """The items by their ids, published or archived."""
        found = self._articles.find({"_id": {"$in": list(set(ids))}}, session=session)
        return {document["_id"]: _article(document) async for document in found}

    async def names(self, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
        """The newest slug and the title of each item."""
        found = self._articles.find({"_id": {"$in": list(ids)}}, {"slug": 1, "title": 1})
        return {document["_id"]: (document.get("slug", ""), document.get("title", "")) async for document in found}

    async def remember_articles(self, articles: Sequence[Document], session: Session) -> None:
        """Keep the newest revision of each, and every slug."""
        self._known.clear()
        await self._articles.bulk_write([_newest(article) for article in articles], session=session)

    async def remember_standing(self, member_id: str, standing: str, since: datetime, session: Session) -> None:
        """Keep the newest; of two of the same moment, the one that lets the member read."""
        newer = {"$lt": [{"$ifNull": ["$since", EVER]}, since]}
        same = {"$and": [{"$eq": ["$since", since]}, standing in UNLIMITED]}
        keep = {"$or": [newer, same]}
        change = {
            "standing": {"$cond": [keep, {"$literal": standing}, "$standing"]},
            "since": {"$cond": [keep, since, "$since"]},
        }
        await self._members.update_one({"_id": member_id}, [{"$set": change}], upsert=True, session=session)

    async def links(self, reader_ids: Iterable[str], session: Session | None = None) -> dict[str, Link]:
        """Who of these has joined."""
        found = self._links.find({"_id": {"$in": list(set(reader_ids))}}, session=session)
        return {document["_id"]: Link(document["member_id"], document["linked_at"]) async for document in found}

    async def remember_link(self, reader_id: str, member_id: str, linked_at: datetime, session: Session | None) -> None:
        """Keep who a reader is for as long as views of theirs may still be heard of."""
        link = {"member_id": member_id, "linked_at": linked_at, "expires_at": linked_at + LATE_VIEWS}
        await self._links.update_one({"_id": reader_id}, {"$set": link}, upsert=True, session=session)


def _newest(document: Document) -> UpdateOne:
    newer = {"$lt": [{"$ifNull": ["$revision", -1]}, document["revision"]]}
    fields = {name: value for name, value in document.items() if name != "_id"}
    update: Document = {name: {"$cond": [newer, {"$literal": value}, f"${name}"]} for name, value in fields.items()}
    if "slug" in fields:
        update["slugs"] = {"$setUnion": [{"$ifNull": ["$slugs", []]}, [{"$literal": fields["slug"]}]]}
    return UpdateOne({"_id": document["_id"]}, [{"$set": update}], upsert=True)


def _article(document: Document) -> Article:
    return Article(
        id=document["_id"],
        exempt=document.get("exempt", False),
        topics=tuple(document.get("topics", ())),
        regions=tuple(document.get("regions", ())),
    )
