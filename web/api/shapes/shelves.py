"""Where articles stand: topics, regions, series; and the board."""

from __future__ import annotations

from pydantic import Field

from web.api.shapes.base import Shape


class Topic(Shape):
    """A topic."""

    slug: str
    name: str
    description: str = ""


class Series(Shape):
    """A series, with the question it goes into."""

    slug: str
    title: str
    question: str = ""
    description: str = ""


class Country(Shape):
    """A country, by its ISO 3166-1 code."""

    code: str
    name: str


class Region(Shape):
    """A region, with its countries and zones."""

    slug: str
    name: str
    countries: list[Country] = Field(default_factory=list)
    zones: list[str] = Field(default_factory=list)


class BoardMember(Shape):
    """Somebody on the editorial board."""

    id: str
    name: str
    title: str
    organisation: str
