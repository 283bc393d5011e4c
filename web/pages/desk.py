"""The desk: where authors and editors write, look, approve and publish."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from shared.ids import new_id
from web.api import Problem
from web.api.shapes.desk import Draft, WorkingArticle
from web.forms import Form
from web.pages.doors import get, member, post
from web.visit import Visit

STATES = ("draft", "review", "scheduled", "published", "archived")
ONE = ("kind", "title", "lead", "body", "country", "sector", "organisation", "series", "survey_id", "webinar_id")
STAFF = ("editor", "admin")


async def desk(visit: Visit) -> Response:
    """What is being written, by how far it has come."""
    asked = visit.request.query_params.get("state", "draft")
    state = asked if asked in STATES else "draft"
    found = await visit.api.desk.articles(state, visit.request.query_params.get("cursor"))
    return visit.page("desk/desk.html", found=found, state=state, states=STATES)


async def begin(visit: Visit) -> Response:
    """An empty page."""
    me, _ = await visit.api.accounts.me()
    byline = {"byline_name": me.name, "byline_title": me.job_title or "", "byline_organisation": me.organisation or ""}
    return await _form(visit, Form(values={"kind": "article", **byline}))


async def _form(
    visit: Visit,
    form: Form,
    status: int = 200,
    *,
    article: WorkingArticle | None = None,
    etag: str = "",
    theirs: WorkingArticle | None = None,
) -> Response:
    content = visit.api.content
    topics, regions, series, surveys, webinars = await asyncio.gather(
        content.topics(),
        content.regions(),
        content.all_series(),
        content.surveys(limit=50),
        content.webinars(when="upcoming", limit=50),
    )
    return visit.page(
        "desk/write.html",
        status=status,
        form=form,
        article=article,
        etag=etag,
        theirs=theirs,
        topics=topics,
        regions=regions,
        series=series,
        surveys=surveys.items,
        webinars=webinars.items,
        key=form["key"] or new_id(),
    )


async def create(visit: Visit) -> Response:
    """Keep the first draft."""
    form = _checked(visit, Form.of(await visit.form()))
    if form.is_good:
        try:
            made = await visit.api.desk.create(_content(form), form["key"])
        except Problem as problem:
            _refuse(visit, form, problem)
        else:
            return visit.to(f"/desk/{made.id}?said=kept")
    return await _form(visit, form, 422)


async def write(visit: Visit) -> Response:
    """Go on with one."""
    article, etag = await visit.api.desk.working(visit.request.path_params["id"])
    return await _form(visit, _form_of(article.content), article=article, etag=etag)


async def rewrite(visit: Visit) -> Response:
    """Keep the changes, unless somebody else was faster: then both versions are shown, and nothing is lost."""
    article_id = visit.request.path_params["id"]
    form = _checked(visit, Form.of(await visit.form()))
    if form.is_good:
        try:
            await visit.api.desk.rewrite(article_id, _content(form), form["etag"])
        except Problem as problem:
            if problem.status == 412:
                theirs, etag = await visit.api.desk.working(article_id)
                return await _form(visit, form, 412, article=theirs, etag=etag, theirs=theirs)
            _refuse(visit, form, problem)
        else:
            return visit.to(f"/desk/{article_id}?said=kept")
    article, _ = await visit.api.desk.working(article_id)
    return await _form(visit, form, 422, article=article, etag=form["etag"])


async def look(visit: Visit) -> Response:
    """The article as it would be published, and what can be done with it."""
    return await _look(visit, Form())


async def _look(visit: Visit, form: Form, status: int = 200) -> Response:
    article_id = visit.request.path_params["id"]
    (article, etag), preview, revisions = await asyncio.gather(
        visit.api.desk.working(article_id), visit.api.desk.preview(article_id), visit.api.desk.revisions(article_id)
    )
    return visit.page(
        "desk/look.html",
        status=status,
        article=article,
        etag=etag,
        preview=preview,
        revisions=revisions,
        form=form,
        own=visit.session is not None and visit.session.member_id in article.writers,
        said=visit.request.query_params.get("said"),
    )


async def move(visit: Visit) -> Response:
    """Approve it, or bring it into another state."""
    form = Form.of(await visit.form())
    article_id = visit.request.path_params["id"]
    at: str | None = None
    if form["to"] == "scheduled":
        at = _instant(visit, form)
        if at is None:
            return await _look(visit, form, 422)
    try:
        if form["to"] == "approved":
            await visit.api.desk.approve(article_id, form["etag"])
        else:
            await visit.api.desk.move(article_id, form["to"], at, form["etag"])
    except Problem as problem:
        if problem.status == 412:
            form.errors[""] = visit.gettext("Somebody changed it since you looked. Look again, then decide")
        elif problem.status in {403, 409}:
            form.errors[""] = problem.detail or problem.title
        elif problem.status == 422:
            form.errors["at"] = visit.gettext("Choose a time that is still to come")
        else:
            raise
        return await _look(visit, form, problem.status)
    return visit.to(f"/desk/{article_id}?said={'approved' if form['to'] == 'approved' else 'moved'}")


def _instant(visit: Visit, form: Form) -> str | None:
    """The chosen wall time as an instant, by the reader's clock."""
    try:
        wall = datetime.fromisoformat(form["at"])
    except ValueError:
        form.errors["at"] = visit.gettext("Enter the day and the hour")
        return None
    return wall.replace(tzinfo=ZoneInfo(visit.zone or "Etc/UTC")).isoformat()


def _checked(visit: Visit, form: Form) -> Form:
    form.require("title", visit.gettext("Enter a title"))
    form.require("lead", visit.gettext("Enter the lead, which everybody may read"))
    form.require("byline_name", visit.gettext("Enter who it is by"))
    return form


def _content(form: Form) -> dict[str, Any]:
    byline = {name: form[f"byline_{name}"] or None for name in ("name", "title", "organisation")}
    one = {name: form[name] or None for name in ONE}
    more = {"topics": form.all("topics"), "regions": form.all("regions"), "exempt": form["exempt"] == "yes"}
    return {**one, "body": form["body"], "byline": byline, "language": form["language"] or "en", **more}


def _form_of(content: Draft) -> Form:
    values = {name: getattr(content, name) or "" for name in ONE}
    values |= {f"byline_{name}": value or "" for name, value in content.byline.model_dump().items()}
    values |= {"exempt": "yes" if content.exempt else "", "language": content.language}
    return Form(values=values, lists={"topics": content.topics, "regions": content.regions})


def _refuse(visit: Visit, form: Form, problem: Problem) -> None:
    if problem.status == 413:
        form.errors["body"] = visit.gettext("The text is too long")
    elif problem.status in {409, 422}:
        names = {name: name for name in (*ONE, "topics", "regions")} | {"byline": "byline_name"}
        form.refuse(problem, names, problem.detail or problem.title)
    else:
        raise problem


ROUTES = [
    get("/desk", member(desk, *STAFF)),
    get("/desk/new", member(begin, *STAFF)),
    post("/desk/new", member(create, *STAFF)),
    get("/desk/{id}", member(look, *STAFF)),
    post("/desk/{id}/moves", member(move, *STAFF)),
    get("/desk/{id}/write", member(write, *STAFF)),
    post("/desk/{id}/write", member(rewrite, *STAFF)),
]
