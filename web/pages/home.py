"""The first page."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response

from web.pages.article import survey_of
from web.pages.doors import get
from web.visit import Visit


async def home(visit: Visit) -> Response:
    """What is new, what is read, what was asked, and whom one can meet."""
    content, reference = visit.api.content, visit.site.reference
    newest, trending, topics, webinars, survey = await asyncio.gather(
        content.articles(limit=14),
        visit.if_there(content.trending(limit=5, hours=168)),
        reference.topics(),
        visit.if_there(content.webinars(when="upcoming", limit=2, zone=visit.zone)),
        visit.if_there(_last_survey(visit)),
    )
    read = trending if trending and len(trending) > 2 else []
    return visit.page(
        "home/home.html",
        newest=newest.items,
        trending=read,
        # While too little was read to rank it, some of the new stand there instead, and not below once more.
        beside=newest.items[3:8],
        latest=newest.items[3:12] if read else newest.items[8:14],
        topics=topics,
        webinars=webinars.items if webinars else [],
        **(survey or {"survey": None, "cloud": None, "picture": None}),
    )


async def _last_survey(visit: Visit) -> dict[str, Any] | None:
    """The survey asked last of which there is something to see."""
    for survey in (await visit.api.content.surveys(limit=3)).items:
        shown = await survey_of(visit.api, survey.slug)
        if shown.cloud.words:
            return shown._asdict()
    return None


ROUTES = [get("/", home)]
