"""What one hears by mail, and the link in each mail that stops it."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from web.api import Problem
from web.forms import Form
from web.pages.doors import get, member, post
from web.visit import Visit


async def preferences(visit: Visit) -> Response:
    """Every kind of mail, every topic, and the hours of quiet."""
    return await _page(visit, Form())


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    (chosen, etag), purposes, topics = await asyncio.gather(
        visit.api.notifications.preferences(),
        visit.api.notifications.purposes(),
        visit.if_there(visit.api.content.topics()),
    )
    return visit.page(
        "account/preferences.html",
        status=status,
        form=form,
        chosen=chosen,
        etag=etag,
        purposes=[each for each in purposes if each.mutable],
        essential=[each for each in purposes if not each.mutable],
        topics=topics or [],
        saved=visit.request.query_params.get("saved"),
    )


async def save(visit: Visit) -> Response:
    """Choose anew. Ticked is wanted, so whatever was offered and is not ticked is off."""
    form = Form.of(await visit.form())
    offered, wanted = form.all("offered"), set(form.all("purposes"))
    topics, kept = form.all("offered_topics"), set(form.all("topics"))
    start, end = form["quiet_start"], form["quiet_end"]
    if bool(start) != bool(end) or (start and start == end):
        form.errors["quiet_start"] = visit.gettext("Enter both ends of the quiet hours, or neither")
        return await _page(visit, form, 422)
    choices = {
        "purposes": {name: "instant" if name in wanted else "off" for name in offered},
        "topics": {name: "off" for name in topics if name not in kept},
        "quiet_hours": {"start": start, "end": end} if start else None,
    }
    try:
        await visit.api.notifications.choose(choices, form["etag"])
    except Problem as problem:
        if problem.status == 412:
            form.errors[""] = visit.gettext("Your choices were changed elsewhere. Look at them again")
        elif problem.status == 422:
            form.refuse(problem, {"quiet_hours": "quiet_start"}, problem.detail)
        else:
            raise
        return await _page(visit, Form(errors=form.errors), problem.status)
    return visit.to("/preferences?saved=1")


async def unsubscription(visit: Visit) -> Response:
    """What the link is about; opening it changes nothing."""
    return await _unsubscribe_page(visit, posted=False)


async def unsubscribe(visit: Visit) -> Response:
    """Stop this kind of mail."""
    await visit.form()
    return await _unsubscribe_page(visit, posted=True)


async def _unsubscribe_page(visit: Visit, *, posted: bool) -> Response:
    token = visit.request.path_params["token"]
    asking = visit.api.notifications.unsubscribe if posted else visit.api.notifications.unsubscription
    try:
        found = await asking(token)
    except Problem as problem:
        if problem.status not in {400, 404, 422}:
            raise
        return visit.page("account/unsubscribe.html", status=problem.status, found=None)
    return visit.page("account/unsubscribe.html", found=found)


ROUTES = [
    get("/preferences", member(preferences)),
    post("/preferences", member(save)),
    get("/unsubscribe/{token}", unsubscription),
    post("/unsubscribe/{token}", unsubscribe),
]
