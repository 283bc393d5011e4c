"""Topics that readers suggest, and what the community manager makes of them."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from shared.ids import new_id
from web.api import Problem, Unavailable
from web.forms import Form
from web.pages.doors import get, member, post
from web.visit import Visit

STAFF = ("community_manager", "admin")
STATES = ("new", "triaged", "planned", "scheduled", "declined")
MOVES = {"new": ("triaged", "declined"), "triaged": ("planned", "declined"), "planned": ("scheduled", "declined")}
"""What is offered from where. Community decides; this only spares a manager buttons that lead nowhere."""


async def suggestions(visit: Visit) -> Response:
    """What was suggested, the newest first."""
    state = visit.request.query_params.get("state")
    state = state if state in STATES else None
    community = visit.api.community
    found, managers = await asyncio.gather(
        community.suggestions(state=state, limit=20, cursor=visit.request.query_params.get("cursor")),
        visit.if_there(community.managers()),
    )
    return visit.page("suggestions/suggestions.html", found=found, managers=managers or [], state=state, states=STATES)


async def suggestion(visit: Visit) -> Response:
    """One suggestion, and how far it has come."""
    return await _page(visit, Form())


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    found = await visit.api.community.suggestion(visit.request.path_params["id"])
    manages = visit.session is not None and visit.session.may(*STAFF)
    webinars = []
    if manages and "scheduled" in MOVES.get(found.state, ()):
        coming = await visit.if_there(visit.api.content.webinars(when="upcoming", limit=50))
        webinars = coming.items if coming else []
    webinar = await visit.if_there(visit.api.content.webinar(found.webinar_id)) if found.webinar_id else None
    return visit.page(
        "suggestions/suggestion.html",
        status=status,
        suggestion=found,
        form=form,
        manages=manages,
        moves=MOVES.get(found.state, ()),
        webinars=webinars,
        webinar=webinar,
        said=visit.request.query_params.get("said"),
    )


async def ask(visit: Visit) -> Response:
    """The form."""
    return await _form(visit, Form(values={"title": visit.request.query_params.get("title", "")[:200]}))


async def _form(visit: Visit, form: Form, status: int = 200) -> Response:
    managers, topics = await asyncio.gather(
        visit.if_there(visit.api.community.managers()), visit.if_there(visit.api.content.topics())
    )
    return visit.page(
        "suggestions/suggest.html",
        status=status,
        form=form,
        managers=managers or [],
        topics=topics or [],
        key=form["key"] or new_id(),
    )


async def suggest(visit: Visit) -> Response:
    """Suggest something."""
    form = Form.of(await visit.form())
    title = form.require("title", visit.gettext("Say in a few words what it should be about"))
    if form.is_good:
        try:
            made = await visit.api.community.suggest(title, form["description"], form.all("topics"), form["key"])
        except Unavailable:
            form.errors[""] = visit.gettext("Suggestions cannot be taken at the moment. Try again in a few minutes")
            return await _form(visit, form, 503)
        except Problem as problem:
            if problem.status == 429:
                form.errors[""] = visit.gettext("You have made many suggestions lately. Wait a little before the next")
            elif problem.status == 422:
                form.refuse(problem, ("title", "description", "topics"), visit.gettext("This could not be taken"))
            else:
                raise
        else:
            return visit.to(f"/suggestions/{made.id}?said=suggested")
    return await _form(visit, form, 422)


async def support(visit: Visit) -> Response:
    """Say that one would like it too, or no longer."""
    form = Form.of(await visit.form())
    suggestion_id = visit.request.path_params["id"]
    await visit.api.community.support(suggestion_id, wanted=form["wanted"] == "yes")
    return visit.to(f"/suggestions/{suggestion_id}")


async def move(visit: Visit) -> Response:
    """Take it a step further."""
    form = Form.of(await visit.form())
    suggestion_id = visit.request.path_params["id"]
    to = form["to"]
    if to == "declined":
        form.require("reason", visit.gettext("Say why, so that whoever suggested it understands"))
    if to == "scheduled":
        form.require("webinar", visit.gettext("Choose the webinar it led to"))
    if form.is_good:
        try:
            await visit.api.community.move(suggestion_id, to, form["reason"] or None, form["webinar"] or None)
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            form.errors[""] = problem.detail
        else:
            return visit.to(f"/suggestions/{suggestion_id}?said=moved")
    return await _page(visit, form, 422)


ROUTES = [
    get("/suggestions", suggestions),
    get("/suggestions/new", member(ask)),
    post("/suggestions/new", member(suggest)),
    get("/suggestions/{id}", suggestion),
    post("/suggestions/{id}/support", member(support)),
    post("/suggestions/{id}/moves", member(move, *STAFF)),
]
