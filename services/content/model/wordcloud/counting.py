"""Counting: how many people said a thing, what may be shown of it, and how much it weighs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from math import isqrt
from typing import NamedTuple

from services.content.model import terms

FORMULA = "sqrt(respondents / respondents of the first word)"
"""How a word's weight follows from how many people gave it. The picture sets type at a size in proportion to the
weight, so the area of a word is in proportion to the people behind it."""

_key_of = lru_cache(maxsize=16_384)(terms.key_of)
_shown = lru_cache(maxsize=16_384)(terms.shown)


class Count(NamedTuple):
    """A term and how many respondents gave it."""

    key: str
    term: str
    respondents: int


class Tally(NamedTuple):
    """Everything that was said. For editors only: it holds what one single person gave."""

    respondents: int
    counts: tuple[Count, ...]
    """The most frequent first."""


class Word(NamedTuple):
    """A term as everybody may see it."""

    term: str
    respondents: int
    weight: float
    """From 0 to 1; ``FORMULA`` says how."""


class Cloud(NamedTuple):
    """What everybody may see of a survey's answers."""

    respondents: int
    words: tuple[Word, ...]
    least: int
    """Terms given by fewer than this many are withheld."""
    withheld: int
    """How many terms those are."""
    hidden: int
    """How many terms editors have hidden."""

    @property
    def statement(self) -> str:
        """How many answered, in words. Goes with every form of the cloud."""
        return f"{self.respondents} {'person' if self.respondents == 1 else 'people'} answered"


def tally(answers: Iterable[Sequence[str]], synonyms: Mapping[str, str] | None = None) -> Tally:
    """Count respondents by term. ``answers`` holds each respondent's terms; ``synonyms`` lead from key to key.

    A term is shown as most people typed it, the first in code point order among equals. One merged into another is
    shown as that other.
    """
    synonyms = synonyms or {}
    people: Counter[str] = Counter()
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    respondents = 0
    for given in answers:
        respondents += 1
        keys = set()
        for term in given:
            own = _key_of(term)
            key = synonyms.get(own, own)
            keys.add(key)
            if key == own:
                spellings[key][_shown(term)] += 1
        people.update(keys)
    counts = [Count(key, _spelling(key, spellings[key]), number) for key, number in people.items() if key]
    return Tally(respondents, tuple(sorted(counts, key=lambda count: (-count.respondents, count.key))))


def cloud_of(tally: Tally, *, least: int, hidden: AbstractSet[str] = frozenset()) -> Cloud:
    """What may be shown: terms that at least ``least`` people gave and that nobody has hidden."""
    open_counts = [count for count in tally.counts if count.respondents >= least]
    shown = [count for count in open_counts if count.key not in hidden]
    most = shown[0].respondents if shown else 1
    return Cloud(
        respondents=tally.respondents,
        words=tuple(Word(count.term, count.respondents, weight(count.respondents, most)) for count in shown),
        least=least,
        withheld=len(tally.counts) - len(open_counts),
        hidden=len(open_counts) - len(shown),
    )


def weight(respondents: int, most: int) -> float:
    """``FORMULA``, rounded down to four places, by whole numbers so that every machine gets the same."""
    return isqrt(respondents * 10**8 // most) / 10**4


def _spelling(key: str, spellings: Counter[str]) -> str:
    """As most people typed it; the key itself where it was only ever said in other words."""
    return min(spellings, key=lambda spelling: (-spellings[spelling], spelling)) if spellings else key
