"""Items as aggregates, with every revision kept beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, TEXT, IndexModel
from pymongo.errors import DuplicateKeyError

from services.content.errors import ArticleNotFound, RevisionNotFound, SlugTaken
from services.content.model.articles import Article
from services.content.model.content import Content
from shared.aggregates import Aggregates
from shared.events import Event
from shared.mongo import Client, Database, Session, transact

AGGREGATES = ("articles",)

_NEWEST = [("published_at", DESCENDING), ("_id", DESCENDING)]

_WEIGHTS = {"live.content.title": 10, "live.content.lead": 4, "live.prose.text": 1}
"""How much a word counts where it stands: what is said in the title is what an item is about."""

INDEXES: dict[str, list[IndexModel]] = {
    "articles": [
        # Over every slug of every item: so none is ever given to another, and one look finds an item by any of them.
        IndexModel([("slugs", ASCENDING)], name="slugs", unique=True),
        IndexModel([("state", ASCENDING), *_NEWEST], name="newest"),
        *(
            IndexModel(
                [("state", ASCENDING), (f"live.content.{field}", ASCENDING), *_NEWEST], name=f"newest_by_{field}"
            )
            for field in ("topics", "regions", "country", "kind", "series")
        ),
        IndexModel([("state", ASCENDING), ("saved_at", DESCENDING), ("_id", DESCENDING)], name="desk"),
        IndexModel(
            [("author_id", ASCENDING), ("state", ASCENDING), ("saved_at", DESCENDING), ("_id", DESCENDING)],
            name="desk_by_author",
        ),
        # Holds all that the sitemap asks for: forty thousand articles are named without reading one.
        IndexModel(
            [
                ("state", ASCENDING),
                ("published_at", DESCENDING),
                ("slug", ASCENDING),
                ("live.updated_at", ASCENDING),
            ],
            name="sitemap",
        ),
        IndexModel([("scheduled_for", ASCENDING)], name="due", partialFilterExpression={"state": "scheduled"}),
        IndexModel(
            [("state", ASCENDING), *((field, TEXT) for field in _WEIGHTS)],
            name="words",
            weights=_WEIGHTS,
            default_language="english",
            # By default a field called "language" inside a document would choose the stemmer, and an item in a language
            # that MongoDB has none for could not be saved.
            language_override="stemmed_as",
        ),
    ],
    "revisions": [IndexModel([("article_id", ASCENDING), ("revision", DESCENDING)], name="by_article")],
}


class ArticleStore:
    """Items, from their first draft. ``changed`` is called after each write."""

    def __init__(self, client: Client, database: Database, changed: Callable[[], None] = lambda: None) -> None:
        self._changed = changed
        self.items = Aggregates(database["articles"], Article, missing=lambda id_: ArticleNotFound(article=id_))
        self._client = client
        self._collection = database["articles"]
        self._revisions = database["revisions"]

    async def add(self, article: Article, events: Iterable[Event] = (), *, at: datetime) -> Article:
        """Keep a new item and its first revision.

        If there is an item of this id already, that one is returned unchanged. Raises :class:`SlugTaken`.
        """
        events = tuple(events)

        async def work(session: Session) -> None:
            await self.items.add(article, events, at=at, session=session)
            await self._keep_revision(article, article.author_id, session)

        try:
            await transact(self._client, work)
        except DuplicateKeyError as error:
            existing = await self.items.find(article.id)
            if existing is not None:
                return existing
            raise _slug_taken(error, article.slug) from error
        finally:
            self._changed()
        return article

    async def save(self, article: Article, events: Iterable[Event] = (), *, at: datetime) -> Article:
        """Save a change that leaves the content as it is; raises :class:`SlugTaken`, ``StaleWrite``."""
        try:
            return await self.items.save(article, events, at=at)
        except DuplicateKeyError as error:
            raise _slug_taken(error, article.slug) from error
        finally:
            # Also if no answer came: it may have been done all the same.
            self._changed()

    async def save_revision(self, article: Article, *, by: str, at: datetime) -> Article:
        """Save changed content together with the revision it makes; raises ``StaleWrite``."""

        async def work(session: Session) -> Article:
            saved = await self.items.save(article, at=at, session=session)
            await self._keep_revision(article, by, session)
            return saved

        try:
            return await transact(self._client, work)
        finally:
            self._changed()

    async def due(self, at: datetime, *, limit: int) -> list[str]:
        """The ids of items whose time of publication has come, the longest due first."""
        cursor = self._collection.find({"state": "scheduled", "scheduled_for": {"$lte": at}}, {"_id": 1})
        return [row["_id"] async for row in cursor.sort("scheduled_for", ASCENDING).limit(limit)]

    async def revisions(self, article_id: str, *, limit: int) -> list[dict[str, object]]:
        """Who saved which revision when, newest first, without what it says."""
        cursor = self._revisions.find({"article_id": article_id}, {"_id": 0, "content": 0})
        return await cursor.sort("revision", DESCENDING).limit(limit).to_list()

    async def revision(self, article_id: str, revision: int) -> Content:
        """What a revision said; raises :class:`RevisionNotFound`."""
        row = await self._revisions.find_one({"_id": f"{article_id}:{revision}"}, {"content": 1})
        if row is None:
            raise RevisionNotFound(f"There is no revision {revision}.")
        return Content.model_validate(row["content"])

    async def _keep_revision(self, article: Article, by: str, session: Session) -> None:
        row = {
            "_id": f"{article.id}:{article.revision}",
            "article_id": article.id,
            "revision": article.revision,
            "saved_by": by,
            "saved_at": article.saved_at,
            "content": article.content.model_dump(mode="python"),
        }
        await self._revisions.insert_one(row, session=session)


def _slug_taken(error: DuplicateKeyError, slug: str) -> SlugTaken:
    if "slugs" not in (error.details or {}).get("keyPattern", {}):
        raise error
    return SlugTaken(f"Choose another slug than {slug!r}.", errors=[{"pointer": "#/slug", "detail": "is taken"}])
