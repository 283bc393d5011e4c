"""What comes in a body: nothing unforeseen, and text that is what it looks like."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_TAGS = "\U000e0000-\U000e007f"
_ZERO_WIDTH = "\u180e\u200b-\u200d\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb"
_BLANK = "\u00ad\u115f\u1160\u17b4\u17b5\u3164\uffa0"  # Fillers and the soft hyphen: letters that show nothing.
_SURROGATES = "\ud800-\udfff"

_BAD_IN_A_LINE = re.compile(f"[\t\n\u2028\u2029{_CONTROLS}{_DIRECTION}{_ZERO_WIDTH}{_BLANK}{_TAGS}{_SURROGATES}]")
_BAD_IN_PROSE = re.compile(f"[{_CONTROLS}{_DIRECTION}{_SURROGATES}]|(?![\u200c\u200d])[{_ZERO_WIDTH}]")

MAX_MARKS = 4
"""Combining marks on one character. Vietnamese and polytonic Greek need three; a flood that covers the lines above
and below has dozens."""


class Body(BaseModel):
    """The base of every request body: unknown fields are refused, text is stripped of space around it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True, use_attribute_docstrings=True)


def clean_text(text: str) -> str:
    """A line such as a name or a title, in normal form C; refuses what cannot be seen or turns what can be."""
    if _BAD_IN_A_LINE.search(text):
        raise ValueError("must not hold control, invisible or direction-changing characters")
    return _without_floods(unicodedata.normalize("NFC", text))


def clean_prose(text: str) -> str:
    """Text of many lines, in normal form C, lines ended by LF.

    Joiners stay, because emoji and the scripts of India and Iran need them; what turns the direction does not.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _BAD_IN_PROSE.search(text):
        raise ValueError("must not hold control or direction-changing characters")
    return _without_floods(unicodedata.normalize("NFC", text))


def _without_floods(text: str) -> str:
    marks = 0
    if text.isascii():
        return text
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) or unicodedata.category(character) == "Me" else 0
        if marks > MAX_MARKS:
            raise ValueError(f"must not pile more than {MAX_MARKS} marks on one character")
    return text


CleanText = Annotated[str, AfterValidator(clean_text)]
"""A single line: names, titles, terms."""

CleanProse = Annotated[str, AfterValidator(clean_prose)]
"""Many lines: comments, descriptions, Markdown."""
