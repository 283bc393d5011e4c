"""Countries and time zones as people choose them: by names in their own language, in its order."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from zoneinfo import ZoneInfo

from babel import dates

from web import i18n
from web.api.shapes.shelves import Region
from web.times import zones


def countries_of(regions: Iterable[Region], language: str) -> list[tuple[str, str]]:
    """Every country that belongs to a region, as code and name."""
    names = i18n.locale_of(language).territories
    codes = {country.code: country.name for region in regions for country in region.countries}
    found = [(code, str(names.get(code, name))) for code, name in codes.items()]
    return sorted(found, key=lambda country: _sortable(country[1]))


@cache
def zones_by_continent(language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every zone, grouped by the first part of its name: ``("Pacific", [("Pacific/Auckland", "Auckland"), ...])``."""
    locale = i18n.locale_of(language)
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for zone in zones():
        town = dates.get_timezone_location(ZoneInfo(zone), locale=locale, return_city=True)
        continent, _, rest = zone.partition("/")
        groups[continent].append((zone, town or rest.replace("_", " ")))
    return [(name, sorted(groups[name], key=lambda each: _sortable(each[1]))) for name in sorted(groups)]


def _sortable(name: str) -> str:
    """Letters with marks beside those without: Åland by Albania, not behind Zimbabwe."""
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()
