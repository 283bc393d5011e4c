"""The kinds of values that bodies are made of, each checked against a published list or form."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated

from babel import Locale as BabelLocale
from babel.core import UnknownLocaleError
from pydantic import AfterValidator, Field, StringConstraints

from shared.http import CleanText

NOT_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
"""Two letters that CLDR names although ISO 3166-1 gives them to no country. ``XK`` stays: Kosovo's public servants
have no other code, and ISO leaves it to its users."""


@cache
def countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2 codes, as CLDR knows them."""
    codes = (str(code) for code in BabelLocale("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - NOT_COUNTRIES


@cache
def zones() -> frozenset[str]:
    """IANA zone names, the same on every machine: from the ``tzdata`` package rather than from the system."""
    return frozenset(files("tzdata").joinpath("zones").read_text().split()) - {"Factory"}


def known_country(code: str) -> str:
    """The code itself; a ``ValueError`` for one that no country has."""
    if code not in countries():
        raise ValueError("must be an ISO 3166-1 alpha-2 code in capitals, such as NZ")
    return code


def known_zone(name: str) -> str:
    """The name itself; a ``ValueError`` for one that is not in the IANA database."""
    if name not in zones():
        raise ValueError("must be an IANA time zone, such as Pacific/Auckland")
    return name


def known_locale(tag: str) -> str:
    """The tag in its usual form (``pt-BR``); a ``ValueError`` for a locale that CLDR does not know."""
    try:
        locale = BabelLocale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError, TypeError):
        raise ValueError("must be a BCP 47 language tag, such as en or pt-BR") from None
    return str(locale).replace("_", "-")


def each_once(topics: tuple[str, ...]) -> tuple[str, ...]:
    """The topics in the order given, each once."""
    return tuple(dict.fromkeys(topics))


Email = Annotated[str, StringConstraints(min_length=3, max_length=320), Field(examples=["aroha@health.govt.nz"])]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Password = Annotated[
    str, StringConstraints(strip_whitespace=False, max_length=1024), Field(description="12 characters or more.")
]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$"), Field(description="Six digits, from the mail.")]
Name = Annotated[CleanText, StringConstraints(min_length=1, max_length=120)]
ShortText = Annotated[CleanText, StringConstraints(min_length=1, max_length=200)]
Reason = Annotated[CleanText, StringConstraints(min_length=3, max_length=500)]
Country = Annotated[str, AfterValidator(known_country), Field(examples=["NZ"])]
Zone = Annotated[
    str, StringConstraints(max_length=64), AfterValidator(known_zone), Field(examples=["Pacific/Auckland"])
]
Locale = Annotated[str, StringConstraints(max_length=35), AfterValidator(known_locale), Field(examples=["en-NZ"])]
Topic = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Topics = Annotated[tuple[Topic, ...], Field(max_length=50), AfterValidator(each_once)]
ExternalId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
