"""Regions, their countries and their zones: data, not code (C11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict


class Region(BaseModel):
    """A part of the world that items and webinars are filed under."""

    model_config = ConfigDict(frozen=True)

    name: str
    countries: tuple[str, ...]
    """ISO 3166-1 alpha-2."""
    zones: tuple[str, ...]
    """IANA time zones."""


class Geography(BaseModel):
    """Every region by its slug, and every country's name by its code."""

    model_config = ConfigDict(frozen=True)

    regions: Mapping[str, Region]
    countries: Mapping[str, str]

    def regions_of_country(self, country: str) -> tuple[str, ...]:
        """The slugs of the regions a country belongs to, in their own order."""
        return tuple(slug for slug, region in self.regions.items() if country in region.countries)

    def regions_of_zone(self, zone: str) -> tuple[str, ...]:
        """The slugs of the regions where clocks keep this zone."""
        return tuple(slug for slug, region in self.regions.items() if zone in region.zones)

    def filed_under(self, regions: Iterable[str], country: str | None) -> tuple[str, ...]:
        """The regions named and those of the country, each once."""
        own = self.regions_of_country(country) if country else ()
        return tuple(dict.fromkeys((*regions, *own)))
