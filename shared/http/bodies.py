"""What comes in a body: nothing unforeseen, and text that is what it looks like."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from functools import cache
from typing import Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationInfo,
    field_validator,
)

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


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Body(BaseModel):
    """The base of every request body: unknown fields are refused, text is stripped of space around it, and what JSON
    has a kind of its own for is of that kind: pydantic alone takes ``"yes"`` for true and 0 for the year 1970.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True, use_attribute_docstrings=True)

    @field_validator("*", mode="before")
    @classmethod
    def of_its_kind(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse what would have to be turned into something else first."""
        kinds = _kinds(cls, info.field_name)
        if not kinds or value is None or str in kinds:
            return value
        if isinstance(value, bool) is not (bool in kinds):
            raise ValueError("must be true or false" if bool in kinds else "must not be true or false")
        if datetime in kinds:
            return written_out(value)
        if isinstance(value, str):
            raise ValueError("must be a number")  # noqa: TRY004 - pydantic takes it for a finding
        return value


@cache
def _kinds(body: type[Body], name: str | None) -> frozenset[type]:
    """What a field may be, as far as it is a text, a truth, a number or an instant."""
    annotations: list[Any] = [body.model_fields[name or ""].annotation]
    for annotation in annotations:
        annotations += get_args(annotation)
    found = {datetime if each is AwareDatetime else each for each in annotations if isinstance(each, type)}
    return frozenset(found & {str, bool, int, float, datetime})


def written_out(value: Any) -> Any:
    """An instant as RFC 3339 writes it; refuses the number of seconds since 1970, which pydantic takes as well."""
    if isinstance(value, datetime) or (isinstance(value, str) and _DATE.match(value.strip())):
        return value
    raise ValueError("must be an instant such as 2017-07-31T13:30:00Z")


InstantAsked = Annotated[AwareDatetime, BeforeValidator(written_out)]
"""An instant in a query."""


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
