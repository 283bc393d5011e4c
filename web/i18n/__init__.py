"""Languages: every page in English, French, Spanish and Arabic.

Messages are written in English in templates and code, ``_("...")`` or ``{% trans %}``; a catalogue is a ``.po`` file
beside this module, read once. ``python -m web.i18n`` brings the catalogues up to date with the templates.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).parent

LANGUAGES: Mapping[str, str] = {"en": "English", "fr": "Français", "es": "Español", "ar": "العربية"}
"""Each in its own words, as the language switch shows them."""

COOKIE = "plenary_language"


def chosen(cookie: str | None, accept: str | None) -> str:
    """The language to speak: the one chosen, else the first that the browser asks for and we have, else English."""
    if cookie in LANGUAGES:
        return str(cookie)
    for wanted in _wanted(accept or ""):
        if wanted in LANGUAGES:
            return wanted
    return "en"


def _wanted(accept: str) -> list[str]:
    """``fr-CH, en;q=0.8`` as languages, best first (RFC 9110, section 12.5.4)."""
    found: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept[:500].split(",")):
        tag, _, rest = part.strip().partition(";")
        quality = rest.strip().removeprefix("q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if weight > 0:
            found.append((-weight, place, tag.split("-")[0].lower()))
    return [language for _, _, language in sorted(found)]


@cache
def locale_of(language: str) -> Locale:
    """How the language writes dates and numbers. English is written as in Britain, as public servants mostly do."""
    return Locale.parse({"en": "en_GB"}.get(language, language))


@cache
def translations(language: str) -> NullTranslations:
    """The catalogue. English is the language of the messages themselves."""
    path = FOLDER / f"{language}.po"
    if language == "en" or not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def direction(language: str) -> str:
    """``rtl`` where lines run from right to left."""
    try:
        return str(locale_of(language).text_direction)
    except (UnknownLocaleError, ValueError):  # An article may be in a language that we cannot say a date in.
        return "ltr"
