"""Word clouds ready to be sent: counted and drawn once for each change of the answers, kept within bounds."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from services.content.model.surveys import Survey
from services.content.model.wordcloud import Cloud, as_svg, cloud_of, tally
from services.content.store.surveys import Said, SurveyStore

FORM = 1
"""Grows when the same answers come to be drawn or written otherwise, so that nobody keeps what is out of date."""


class ReadyCloud:
    """The cloud of one edition of a survey's answers."""

    def __init__(self, survey: Survey, cloud: Cloud) -> None:
        self.survey = survey
        self.cloud = cloud
        self._drawing: asyncio.Task[bytes] | None = None

    def is_of(self, survey: Survey) -> bool:
        """Whether it shows the answers as this survey has them, or as they were later."""
        return self.survey.edition >= survey.edition and self.survey.version >= survey.version

    @property
    def tag(self) -> str:
        """The entity tag: what it depends on, and how it is drawn."""
        return f'"cloud{FORM}-{self.survey.edition}-{self.survey.version}"'

    async def picture(self) -> bytes:
        """The SVG, drawn when first asked for, on a thread: sixty words take a tenth of a second."""
        if self._drawing is None:
            self._drawing = asyncio.create_task(asyncio.to_thread(self._draw))
        return await asyncio.shield(self._drawing)

    def _draw(self) -> bytes:
        return as_svg(self.cloud, self.survey.question).encode()


class CloudCache:
    """The clouds asked for lately. The least recently used make room."""

    def __init__(self, surveys: SurveyStore, *, most: int = 256) -> None:
        self._surveys = surveys
        self._most = most
        self._kept: OrderedDict[str, ReadyCloud] = OrderedDict()
        self._loading: dict[str, asyncio.Task[ReadyCloud]] = {}

    async def cloud(self, name: str) -> ReadyCloud:
        """The cloud of the answers as they are now; raises :class:`SurveyNotFound`."""
        survey = await self._surveys.load(name)
        ready = self._kept.get(survey.id)
        while ready is None or not ready.is_of(survey):
            # What is being counted for another may have been read before the answer that this caller knows of.
            ready = await self._counting(survey.id)
        if survey.id in self._kept:
            self._kept.move_to_end(survey.id)
        return ready

    async def _counting(self, survey_id: str) -> ReadyCloud:
        """A hundred readers of a survey that just got an answer count it once."""
        loading = self._loading.get(survey_id)
        if loading is None:
            loading = asyncio.create_task(self._load(survey_id))
            self._loading[survey_id] = loading
            loading.add_done_callback(lambda _: self._loading.pop(survey_id, None))
        return await asyncio.shield(loading)

    async def _load(self, survey_id: str) -> ReadyCloud:
        ready = await asyncio.to_thread(_counted, await self._surveys.said(survey_id))
        self._kept[survey_id] = ready
        self._kept.move_to_end(survey_id)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return ready


def _counted(said: Said) -> ReadyCloud:
    survey = said.survey
    counted = tally(said.answers, survey.synonyms)
    return ReadyCloud(survey, cloud_of(counted, least=survey.least, hidden=survey.hidden))
