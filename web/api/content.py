"""Articles and what they are filed under."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from web.api.questions import Questions
from web.api.shapes import (
    Article,
    BoardMember,
    Card,
    Cloud,
    Page,
    Region,
    Series,
    Survey,
    Topic,
    Webinar,
)


@dataclass(frozen=True, slots=True)
class Moved:
    """The article is called something else now."""

    slug: str


class Content(Questions):
    """Asks content."""

    async def article(self, slug: str) -> Article | Moved:
        """An article as the meter allows it. This is a reading, and counts as one."""
        answer = await self.ask("GET", f"/v1/articles/{quote(slug, safe='')}")
        if answer.status in {301, 308}:
            return Moved(answer.headers["location"].rsplit("/", 1)[-1])
        return Article.model_validate_json(answer.content)

    async def articles(self, **query: Any) -> Page[Card]:
        """Articles, newest first: ``topic``, ``region``, ``series``, ``kind``, ``q``, ``limit``, ``cursor``."""
        return await self.get(Page[Card], "/v1/articles", **query)

    async def related(self, slug: str, limit: int = 4) -> list[Card]:
        """What goes with an article."""
        return (await self.get(Page[Card], f"/v1/articles/{quote(slug, safe='')}/related", limit=limit)).items

    async def trending(self, **query: Any) -> list[Card]:
        """What is read most: ``topic`` or ``region``, ``hours``, ``limit``."""
        return (await self.get(Page[Card], "/v1/trending", **query)).items

    async def topics(self) -> list[Topic]:
        """Every topic."""
        return (await self.get(Page[Topic], "/v1/topics")).items

    async def topic(self, slug: str) -> Topic:
        """One topic."""
        return await self.get(Topic, f"/v1/topics/{quote(slug, safe='')}")

    async def all_series(self) -> list[Series]:
        """Every series."""
        return (await self.get(Page[Series], "/v1/series")).items

    async def series(self, slug: str) -> Series:
        """One series."""
        return await self.get(Series, f"/v1/series/{quote(slug, safe='')}")

    async def regions(self) -> list[Region]:
        """Every region, with its countries."""
        return (await self.get(Page[Region], "/v1/regions")).items

    async def board(self) -> list[BoardMember]:
        """The editorial board."""
        return (await self.get(Page[BoardMember], "/v1/board")).items

    async def webinar(self, name: str, zone: str | None = None) -> Webinar:
        """One webinar, by slug or id, with the clock of ``zone`` beside the host's."""
        return await self.get(Webinar, f"/v1/webinars/{quote(name, safe='')}", zone=zone)

    async def webinars(self, **query: Any) -> Page[Webinar]:
        """Webinars: ``series``, ``region``, ``topic``, ``zone``, ``when``, ``limit``, ``cursor``."""
        return await self.get(Page[Webinar], "/v1/webinars", **query)

    async def survey(self, name: str) -> Survey:
        """One survey, by slug or id."""
        return await self.get(Survey, f"/v1/surveys/{quote(name, safe='')}")

    async def cloud(self, name: str) -> Cloud:
        """What was answered."""
        return await self.get(Cloud, f"/v1/surveys/{quote(name, safe='')}/cloud")

    async def cloud_picture(self, name: str) -> str:
        """The word cloud as SVG."""
        path = f"/v1/surveys/{quote(name, safe='')}/cloud.svg"
        answer = await self.ask("GET", path, headers={"accept": "image/svg+xml"})
        return answer.content.decode()
