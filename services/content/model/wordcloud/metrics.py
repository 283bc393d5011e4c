"""How much room a word takes, without asking a browser.

In thousandths of the font size, for a face with Helvetica's measures. The picture states each word's width
(``textLength``), so a browser with another face fits its letters into the room the word was given.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from services.content.model.wordcloud.widths import BOLD, REGULAR

UNIT = 1000
WIDE = 1000
"""A Chinese, Japanese or Korean character fills a square."""
UNKNOWN = 680
"""A letter of a script without figures here: on the wide side, for a gap is better than a collision."""

_SINKING = frozenset("gjpqy,;()[]{}|/\\@$_Q")
_LOW = frozenset("acegmnopqrsuvwxyz-+=~:,._")
"""Letters without an ascender."""


class Extent(NamedTuple):
    """How far a word reaches above and below the line it stands on."""

    above: int
    below: int


def width_of(text: str, *, bold: bool) -> int:
    """The advance width of a line of text."""
    return sum(_width(character, bold) for character in unicodedata.normalize("NFC", text))


def extent_of(text: str) -> Extent:
    """The height that the letters of a line really use, which is what lets lines stand close together."""
    letters = [letter for letter in unicodedata.normalize("NFD", text) if not letter.isspace()]
    if any(letter >= "\u0500" for letter in letters):
        return Extent(900, 280)  # Of a script whose letters reach further than ours.
    marked = any(unicodedata.combining(letter) for letter in letters)
    if marked and any(letter.isupper() for letter in letters):
        above = 930
    elif all(letter in _LOW for letter in letters):
        above = 540
    else:
        above = 740
    sinks = marked or any(letter in _SINKING or letter >= "\u0370" for letter in letters)
    return Extent(above, 220 if sinks else 20)


def _by_letter(widths: Mapping[int, str]) -> dict[str, int]:
    return {letter: width for width, letters in widths.items() for letter in letters}


_WIDTHS = {False: _by_letter(REGULAR), True: _by_letter(BOLD)}


@lru_cache(maxsize=4096)
def _width(character: str, bold: bool) -> int:
    widths = _WIDTHS[bold]
    for candidate in (character, unicodedata.normalize("NFD", character)[0]):
        if candidate in widths:
            return widths[candidate]
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    if unicodedata.east_asian_width(character) in {"W", "F"} or unicodedata.category(character) == "So":
        return WIDE
    return UNKNOWN
