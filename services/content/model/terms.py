"""Terms: what somebody typed, and what it is counted as (S3).

What was typed is kept. What it is counted as is worked out anew each time, so that a better rule reaches old answers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_APOSTROPHES = frozenset("'\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}")


def key_of(term: str) -> str:
    """What ``term`` is counted as: without case, compatibility forms, punctuation and surplus space.

    ``Open-Data!`` and ``open data`` are one term. Accents stay, because in many languages they make another word. Empty
    where nothing but punctuation was typed.
    """
    before = None
    while term != before:  # Taking a mark out may bring together what composes; it only ever gets shorter.
        before = term
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", term).casefold())
        term = unicodedata.normalize("NFKC", " ".join("".join(map(_kept, folded)).split()))
    return term


def shown(term: str) -> str:
    """``term`` as it is shown: as it was typed, without the punctuation and the space around it."""
    words = unicodedata.normalize("NFC", " ".join(term.split()))
    start, end = 0, len(words)
    while start < end and _is_wrapping(words[start]):
        start += 1
    while end > start and _is_wrapping(words[end - 1]):
        end -= 1
    return words[start:end]


def distinct(terms: Iterable[str]) -> tuple[str, ...]:
    """The terms, each thing said once, in the order in which they were typed."""
    return tuple({key_of(term): term for term in reversed(list(terms))}.values())[::-1]


def _kept(character: str) -> str:
    """A letter, mark, figure or symbol as it is; an apostrophe closes up; other punctuation parts words."""
    if character in _APOSTROPHES:
        return ""
    return " " if unicodedata.category(character)[0] in "PZC" else character


def _is_wrapping(character: str) -> bool:
    return unicodedata.category(character)[0] in "PZC"
