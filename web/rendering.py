"""Templates: one environment for each language, everything escaped unless the API vouches for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from babel import Locale, numbers
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from web import i18n, times
from web.assets import Assets
from web.devices import device_name

TEMPLATES = Path(__file__).parent / "templates"


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for a message that is translated where it is shown
    """Mark a message for the catalogues."""
    return message


KINDS = {
    "article": N_("Article"),
    "case_study": N_("Case study"),
    "survey_report": N_("Survey"),
    "webinar_notice": N_("Webinar"),
}


class Renderer:
    """Makes HTML from a template and what it shows."""

    def __init__(self, assets: Assets) -> None:
        self._environments = {language: _environment(language, assets) for language in i18n.LANGUAGES}

    def page(self, language: str, name: str, context: dict[str, Any]) -> str:
        """A whole page."""
        return self._template(language, name).render(context)

    def part(self, language: str, name: str, block: str, context: dict[str, Any]) -> str:
        """One block of a page, for a page that swaps it in."""
        template = self._template(language, name)
        return "".join(template.blocks[block](template.new_context(context)))

    def _template(self, language: str, name: str) -> Template:
        return self._environments[language].get_template(name)


def _environment(language: str, assets: Assets) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(i18n.translations(language), newstyle=True)  # type: ignore[attr-defined]
    environment.policies["ext.i18n.trimmed"] = True
    locale = i18n.locale_of(language)
    environment.globals.update(page_language=language, asset=assets.url, languages=i18n.LANGUAGES, kinds=KINDS)
    environment.filters.update(_filters(locale))
    environment.filters["device"] = partial(
        device_name, gettext=lambda text: str(i18n.translations(language).ugettext(text))
    )
    return environment


def _filters(locale: Locale) -> dict[str, Any]:
    return {
        "long_date": partial(_swap(times.long_date), locale),
        "short_date": partial(_swap(times.short_date), locale),
        "day_of_month": partial(_swap(times.day_of_month), locale),
        "month": partial(_swap(times.month), locale),
        "weekday": partial(_swap(times.weekday), locale),
        "hour": partial(_swap(times.hour), locale),
        "place": partial(_swap(times.place), locale),
        "ago": lambda moment: times.since(moment, locale, now=datetime.now(UTC)),
        "iso": times.iso,
        "territory": lambda code: locale.territories.get(code, code),
        "number": lambda value: numbers.format_decimal(value, locale=locale),
        "direction": i18n.direction,
        "vouched": Markup,
        "json": _json,
    }


def _swap(function: Any) -> Any:
    """Filters take the value first, babel's rules the locale second."""
    return lambda locale, value, *more: function(value, locale, *more)


def _json(value: Any) -> Markup:
    """JSON that may stand in a page: no ``<`` ends its element, no ``&`` begins anything."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - nothing is left in it that HTML reads
