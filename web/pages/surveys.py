"""Surveys: what was asked and answered, and one's own answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Literal

from starlette.responses import Response

from web.api import Problem
from web.forms import Form
from web.live import slower_and_slower
from web.pages.article import Shown, survey_of
from web.pages.doors import get, post
from web.visit import Visit

MOST_TERMS = 5
LOOK_AGAIN_SECONDS = 2
LIVE_SECONDS = 900
"""How long an open page is kept up to date; one that is looked at again afterwards is for as long again."""
FIELDS = tuple(f"term{number}" for number in range(1, MOST_TERMS + 1))


async def surveys(visit: Visit) -> Response:
    """Every survey; the open ones first."""
    found = (await visit.api.content.surveys(limit=50)).items
    return visit.page(
        "surveys/surveys.html",
        open=[each for each in found if each.state == "open"],
        closed=[each for each in found if each.state == "closed"],
    )


async def survey(visit: Visit) -> Response:
    """What was answered, and the form while it is open."""
    return await _page(visit, Form())


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    content, name = visit.api.content, visit.request.path_params["slug"]
    found, cloud, picture, mine = await asyncio.gather(
        content.survey(name), content.cloud(name), content.cloud_picture(name), content.answer(name)
    )
    if mine is not None and status == 200:
        form = Form(values=dict(zip(FIELDS, mine.terms, strict=False)))
    return visit.page(
        "surveys/survey.html",
        status=status,
        survey=found,
        cloud=cloud,
        picture=picture,
        mine=mine,
        form=form,
        fields=FIELDS,
        invitation=visit.request.query_params.get("invitation", "")[:40],
        may_answer=found.state == "open" and (found.audience != "members" or visit.session is not None),
        said=visit.request.query_params.get("said"),
    )


async def answer(visit: Visit) -> Response:
    """Give one's answer, or another one, or take it back."""
    slug = visit.request.path_params["slug"]
    form = Form.of(await visit.form())
    if form["do"] == "withdraw":
        await visit.api.content.withdraw_answer(slug)
        return visit.to(f"/surveys/{slug}?said=withdrawn")
    terms = [form[name] for name in FIELDS if form[name]]
    if not terms:
        form.errors["term1"] = visit.gettext("Enter at least one word")
        return await _page(visit, form, 422)
    try:
        await visit.api.content.give_answer(slug, terms, form["invitation"] or None)
    except Problem as problem:
        return await _refused(visit, form, problem, slug)
    return visit.to(f"/surveys/{slug}?said=answered")


async def _refused(visit: Visit, form: Form, problem: Problem, slug: str) -> Response:
    if problem.status == 401:
        return visit.to(visit.log_in_to(f"/surveys/{slug}"))
    if problem.status == 409:
        form.errors[""] = visit.gettext("The survey closed a moment ago and takes no more answers")
    elif problem.slug == "not-invited":
        form.errors[""] = visit.gettext("This survey asks people who were invited. Use the link of your invitation")
    elif problem.status == 422:
        form.errors["term1"] = visit.gettext("Each word may have at most 40 characters, and must hold a letter")
    else:
        raise problem
    return await _page(visit, form, 422 if problem.status == 422 else problem.status)


async def table(visit: Visit) -> Response:
    """The cloud as a table that spreadsheets read."""
    return await _download(visit, "csv", "text/csv; charset=utf-8")


async def data(visit: Visit) -> Response:
    """The cloud as JSON."""
    return await _download(visit, "json", "application/json")


async def _download(visit: Visit, ending: Literal["csv", "json"], media_type: str) -> Response:
    slug = visit.request.path_params["slug"]
    content = await visit.api.content.cloud_as(slug, ending)
    return visit.file(content, media_type, slug, ending)


async def live_words(visit: Visit) -> Response:
    """What is answered, as it is. All who follow a survey share the question, and nobody's own answer is in it."""
    slug = visit.request.path_params["slug"]

    def ask() -> Awaitable[Shown]:
        return visit.site.reference.beside(("live", slug), lambda api: survey_of(api, slug))

    def show(shown: Shown) -> str:
        context = {"survey": shown.survey, "cloud": shown.cloud, "picture": shown.picture}
        return visit.part("surveys/survey.html", "count", "picture", "words", **context)

    return visit.stream(ask, show, slower_and_slower((LOOK_AGAIN_SECONDS, LIVE_SECONDS // LOOK_AGAIN_SECONDS)))


ROUTES = [
    get("/surveys", surveys),
    get("/surveys/{slug}", survey),
    post("/surveys/{slug}/answer", answer),
    get("/surveys/{slug}/words.csv", table),
    get("/surveys/{slug}/words.json", data),
    get("/live/surveys/{slug}", live_words),
]
