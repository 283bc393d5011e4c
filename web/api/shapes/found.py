"""What a search answers with."""

from __future__ import annotations

from pydantic import Field

from web.api.shapes.articles import Card
from web.api.shapes.base import Page, Shape


class Mark(Shape):
    """A piece of text; what was looked for is ``found``."""

    text: str
    found: bool


class Highlight(Shape):
    """Where the words stand, as far as everybody may read it."""

    title: list[Mark]
    lead: list[Mark]
    passage: list[Mark] = Field(default_factory=list)


class Hit(Card):
    """An article that was found."""

    highlight: Highlight


class FacetValue(Shape):
    """A value to narrow the search to, and how many articles there would be."""

    value: str
    count: int


class Facets(Shape):
    """The values there are for each filter."""

    topic: list[FacetValue] = Field(default_factory=list)
    region: list[FacetValue] = Field(default_factory=list)
    country: list[FacetValue] = Field(default_factory=list)
    kind: list[FacetValue] = Field(default_factory=list)
    series: list[FacetValue] = Field(default_factory=list)


class SearchPage(Page[Hit]):
    """A page of what was found."""

    words: list[str]
    found: int
    facets: Facets
