"""Surveys and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from services.content.errors import SlugTaken, SurveyNotFound
from services.content.model.lists import Place
from services.content.model.slugs import is_id
from services.content.model.surveys import Answer, Survey
from services.content.store.crowds import Crowd
from shared.aggregates import Aggregates
from shared.events import Event
from shared.mongo import Client, Database, Document

AGGREGATES = ("answers",)

INDEXES: dict[str, list[IndexModel]] = {
    "surveys": [
        IndexModel([("slug", ASCENDING)], name="slug", unique=True),
        IndexModel([("opened_at", DESCENDING), ("_id", DESCENDING)], name="newest"),
    ],
    "answers": [IndexModel([("survey_id", ASCENDING), ("withdrawn", ASCENDING)], name="by_survey")],
}


SurveyState: TypeAlias = Literal["open", "closed"]


class Said(NamedTuple):
    """A survey and what was answered to it, both of the same moment."""

    survey: Survey
    answers: list[list[str]]


class SurveyStore:
    """Surveys, and the crowds that answer them."""

    def __init__(self, client: Client, database: Database) -> None:
        self._client = client
        self._surveys = Aggregates(database["surveys"], Survey, missing=_missing)
        self._answers = Aggregates(database["answers"], Answer, missing=_missing)
        self.crowd = Crowd(client, self._surveys, self._answers, counts=("respondents", "edition"))

    async def add(
        self, survey: Survey, answers: Sequence[tuple[Answer, Sequence[Event]]] = (), *, at: datetime
    ) -> Survey:
        """Keep a new survey, with its answers if it has any already.

        If there is a survey of this id, that one is returned unchanged. Raises :class:`SlugTaken`.
        """
        try:
            await self.crowd.add(survey, answers, (), at=at)
        except DuplicateKeyError as error:
            existing = await self._surveys.find(survey.id)
            if existing is not None:
                return existing
            raise slug_taken(error, survey.slug) from error
        return survey

    async def load(self, name: str) -> Survey:
        """The survey of this slug or this id; raises :class:`SurveyNotFound`."""
        row = await self._surveys.collection.find_one(named(name))
        if row is None:
            raise _missing(name)
        return self._surveys.from_document(row)

    async def answer(self, answer_id: str) -> Answer | None:
        """An answer."""
        return await self._answers.find(answer_id)

    async def newest(
        self, state: SurveyState | None, *, now: datetime, after: Place | None, limit: int
    ) -> list[Survey]:
        """Surveys, the last opened first; all of them, or those that take answers now, or those that do not."""
        query = self.newest_query(after, state, now)
        rows = self._surveys.collection.find(query).sort([("opened_at", -1), ("_id", -1)])
        return [self._surveys.from_document(row) async for row in rows.limit(limit)]

    @staticmethod
    def newest_query(after: Place | None, state: SurveyState | None, now: datetime) -> Document:
        """The query of :meth:`newest`, so that a test can ask MongoDB how it is answered."""
        conditions: list[Document] = []
        if state == "open":
            conditions.append({"$or": [{"closes_at": None}, {"closes_at": {"$gt": now}}]})
        elif state == "closed":
            conditions.append({"closes_at": {"$lte": now}})
        if after is not None:
            conditions += [
                {"opened_at": {"$lte": after.at}},
                {"$or": [{"opened_at": {"$lt": after.at}}, {"_id": {"$lt": after.id}}]},
            ]
        return {"$and": conditions} if conditions else {}

    async def said(self, survey_id: str) -> Said:
        """The survey and its answers, in one snapshot: a count that belongs to other answers would be a lie."""
        async with self._client.start_session(snapshot=True) as session:
            survey = await self._surveys.load(survey_id, session=session)
            rows = self._answers.collection.find(*self.said_query(survey_id), session=session)
            return Said(survey, [row["terms"] async for row in rows])

    @staticmethod
    def said_query(survey_id: str) -> tuple[Document, Document]:
        """The query of :meth:`said`."""
        return {"survey_id": survey_id, "withdrawn": False}, {"_id": 0, "terms": 1}


def named(name: str) -> Document:
    """What finds a thing by its slug or by its id."""
    return {"_id": name} if is_id(name) else {"slug": name}


def slug_taken(error: DuplicateKeyError, slug: str) -> SlugTaken:
    """The refusal that a duplicate key stands for; raises the error itself where another key is the duplicate."""
    pattern: dict[str, Any] = (error.details or {}).get("keyPattern", {})
    if "slug" not in pattern:
        raise error
    return SlugTaken(f"Choose another slug than {slug!r}.", errors=[{"pointer": "#/slug", "detail": "is taken"}])


def _missing(name: str) -> SurveyNotFound:
    return SurveyNotFound(survey=name)
