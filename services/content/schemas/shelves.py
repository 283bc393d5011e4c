"""Topics, regions, series and the board."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.content.schemas.articles import Line
from shared.http import Body, CleanProse

Text = Annotated[CleanProse, Field(max_length=2_000)]


class TopicBody(Body):
    """A topic."""

    name: Line
    description: Text = ""


class SeriesBody(Body):
    """A series, with the question it goes into."""

    title: Line
    question: Annotated[CleanProse, Field(max_length=300)] = ""
    description: Text = ""


class BoardMemberBody(Body):
    """Somebody on the board, as readers see them."""

    name: Line
    title: Line
    organisation: Line
    position: Annotated[int, Field(ge=0, le=10_000)] = 100
    """Lower comes first."""


class TopicView(BaseModel):
    """A topic."""

    slug: str
    name: str
    description: str
    articles: str
    """Where its articles are listed."""


class SeriesView(BaseModel):
    """A series."""

    slug: str
    title: str
    question: str
    description: str
    articles: str
    """Where its articles are listed."""


class RegionView(BaseModel):
    """A region, with its countries (ISO 3166-1) and IANA zones."""

    slug: str
    name: str
    countries: list[CountryView]
    zones: list[str]
    articles: str
    """Where its articles are listed."""


class CountryView(BaseModel):
    """A country."""

    code: str
    name: str


class BoardMemberView(BaseModel):
    """Somebody on the editorial board."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    title: str
    organisation: str
    position: int


class Topics(BaseModel):
    """Every topic."""

    items: list[TopicView]


class AllSeries(BaseModel):
    """Every series."""

    items: list[SeriesView]


class Regions(BaseModel):
    """Every region."""

    items: list[RegionView]


class Board(BaseModel):
    """The editorial board, in its order."""

    items: list[BoardMemberView]
