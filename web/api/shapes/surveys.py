"""Surveys and their clouds."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from web.api.shapes.base import Shape


class Survey(Shape):
    """A survey."""

    id: str
    slug: str
    question: str
    description: str
    audience: Literal["invited", "members", "everyone"]
    state: Literal["open", "closed"]
    opened_at: datetime
    closes_at: datetime | None = None
    respondents: int
    least: int
    version: int


class Answered(Shape):
    """A respondent's own answer."""

    survey: str
    terms: list[str]
    answered_at: datetime


class Word(Shape):
    """A term of a word cloud."""

    term: str
    respondents: int
    weight: float


class Withheld(Shape):
    """What a word cloud does not show."""

    fewer_than: int
    terms: int
    hidden_by_editors: int


class Cloud(Shape):
    """What was answered, the most frequent first."""

    survey: str
    question: str
    respondents: int
    statement: str
    words: list[Word]
    withheld: Withheld
