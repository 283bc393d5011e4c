"""Articles and what they are filed under."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from web.api.problems import Problem
from web.api.questions import Questions
from web.api.shapes.articles import Article, Card
from web.api.shapes.base import Page
from web.api.shapes.found import SearchPage
from web.api.shapes.shelves import BoardMember, Region, Series, Topic
from web.api.shapes.surveys import Answered, Cloud, Survey
from web.api.shapes.webinars import Registration, Webinar


@dataclass(frozen=True, slots=True)
class Moved:
    """The article is called something else now."""

    slug: str


class Content(Questions):
    """Asks content."""

    async def article(self, slug: str) -> bytes | Moved:
        """An article as the meter allows it, as its answer came: :meth:`read` says what it says. This is a reading,
        and counts as one.
        """
        return await self._article(slug)

    @staticmethod
    def read(answer: bytes) -> Article:
        """The article in an answer."""
        return Article.model_validate_json(answer)

    async def glimpse(self, slug: str) -> Article:
        """What everybody may see of an article, under its present or a former slug. This is no reading."""
        found = await self._article(slug, {"sec-purpose": "prefetch"})
        return await self.glimpse(found.slug) if isinstance(found, Moved) else self.read(found)

    async def _article(self, slug: str, headers: dict[str, str] | None = None) -> bytes | Moved:
        answer = await self.ask("GET", f"/v1/articles/{quote(slug, safe='')}", headers=headers)
        if answer.status in {301, 308}:
            return Moved(answer.headers["location"].rsplit("/", 1)[-1])
        return answer.content

    async def articles(self, **query: Any) -> Page[Card]:
        """Articles, newest first: ``topic``, ``region``, ``series``, ``kind``, ``q``, ``limit``, ``cursor``."""
        return await self.get(Page[Card], "/v1/articles", **query)

    async def search(self, q: str, **query: Any) -> SearchPage:
        """Articles that hold some of the words: ``topic``, ``region``, ``country``, ``kind``, ``series``, ``sort``."""
        return await self.get(SearchPage, "/v1/search", q=q, **query)

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

    async def register(self, name: str, zone: str | None, key: str) -> Registration:
        """Take a place; asking again gives the same one."""
        path = f"/v1/webinars/{quote(name, safe='')}/registrations"
        answer = await self.ask("POST", path, query={"zone": zone}, headers={"idempotency-key": key} if key else None)
        return Registration.model_validate_json(answer.content)

    async def registrations(self, **query: Any) -> Page[Registration]:
        """The member's places: ``zone``, ``limit``, ``cursor``."""
        return await self.get(Page[Registration], "/v1/registrations", **query)

    async def give_up(self, registration_id: str) -> None:
        """Give a place back."""
        await self.ask("DELETE", f"/v1/registrations/{quote(registration_id, safe='')}")

    async def calendar_file(self, name: str) -> bytes:
        """The webinar as an iCalendar file (RFC 5545)."""
        path = f"/v1/webinars/{quote(name, safe='')}/calendar.ics"
        return (await self.ask("GET", path, headers={"accept": "text/calendar"})).content

    async def surveys(self, **query: Any) -> Page[Survey]:
        """Every survey, the newest first."""
        return await self.get(Page[Survey], "/v1/surveys", **query)

    async def answer(self, name: str) -> Answered | None:
        """The reader's own answer, if they gave one; whom the survey does not ask has given none."""
        try:
            return await self.get(Answered, f"/v1/surveys/{quote(name, safe='')}/answer")
        except Problem as problem:
            if problem.status in {401, 403, 404}:
                return None
            raise

    async def give_answer(self, name: str, terms: list[str], invitation: str | None = None) -> Answered:
        """Answer, or answer anew."""
        body = {"terms": terms, "invitation": invitation}
        answer = await self.ask("PUT", f"/v1/surveys/{quote(name, safe='')}/answer", body=body)
        return Answered.model_validate_json(answer.content)

    async def withdraw_answer(self, name: str) -> None:
        """Take the answer back."""
        await self.ask("DELETE", f"/v1/surveys/{quote(name, safe='')}/answer")

    async def survey(self, name: str) -> Survey:
        """One survey, by slug or id."""
        return await self.get(Survey, f"/v1/surveys/{quote(name, safe='')}")

    async def cloud(self, name: str) -> Cloud:
        """What was answered."""
        return await self.get(Cloud, f"/v1/surveys/{quote(name, safe='')}/cloud")

    async def cloud_as(self, name: str, ending: Literal["csv", "json"]) -> bytes:
        """The cloud as a file to download."""
        path = f"/v1/surveys/{quote(name, safe='')}/cloud"
        answer = await self.ask("GET", f"{path}.csv" if ending == "csv" else path, headers={"accept": "*/*"})
        return answer.content

    async def cloud_picture(self, name: str) -> str:
        """The word cloud as SVG."""
        path = f"/v1/surveys/{quote(name, safe='')}/cloud.svg"
        answer = await self.ask("GET", path, headers={"accept": "image/svg+xml"})
        return answer.content.decode()
