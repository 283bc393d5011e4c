"""What a search answers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from services.content.model.published import Card
from services.content.model.search import Mark, marked, passage
from services.content.store.search import Counts, Found
from shared.http import Page


class MarkView(BaseModel):
    """A piece of text. Those with `found` are what was looked for; all of them, one after the other, are the text."""

    text: str
    found: bool


class Highlight(BaseModel):
    """Where in an article the words stand, as far as everybody may read it."""

    title: list[MarkView]
    lead: list[MarkView]
    passage: list[MarkView]
    """Some of the body around the first of the words; of articles that are free to all, otherwise empty."""


class Hit(Card):
    """An article that was found."""

    highlight: Highlight


class FacetValue(BaseModel):
    """A value to narrow the search to, and how many articles there would be."""

    value: str
    count: int


class Facets(BaseModel):
    """For each filter the values there are, the most frequent first, counted under the other filters alone."""

    model_config = ConfigDict(extra="forbid")

    topic: list[FacetValue]
    region: list[FacetValue]
    country: list[FacetValue]
    kind: list[FacetValue]
    series: list[FacetValue]


class SearchPage(Page[Hit]):
    """A page of what was found."""

    words: list[str] = Field(description="What was looked for.")
    found: int = Field(description="How many articles there are, on all pages.")
    facets: Facets


def hit(found: Found, stems: frozenset[str]) -> Hit:
    """The article with its words marked."""
    card = found.card
    highlight = Highlight(
        title=_marks(marked(card.title, stems)),
        lead=_marks(marked(card.lead, stems)),
        passage=_marks(passage(found.open_text or "", stems)),
    )
    return Hit(**dict(card), highlight=highlight)


def facets(counts: Counts) -> Facets:
    """The facets as they are shown."""
    values = {of: [FacetValue(value=value, count=n) for value, n in each] for of, each in counts.facets.items()}
    return Facets(**values)


def _marks(marks: list[Mark]) -> list[MarkView]:
    return [MarkView(text=mark.text, found=mark.found) for mark in marks]
