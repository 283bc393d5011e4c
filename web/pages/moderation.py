"""Comments as moderators look through them: what is new under all articles, and what was taken from view."""

from __future__ import annotations

from starlette.responses import Response

from web.api import Problem
from web.forms import Form
from web.pages.doors import get, member, post
from web.visit import Visit

STAFF = ("moderator", "admin")
STATES = ("visible", "hidden")
PAGE = 20


async def comments(visit: Visit) -> Response:
    """The newest first: those that readers see, or those that were taken from view."""
    return await _page(visit, Form())


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    query = visit.request.query_params
    state = query.get("state")
    state = state if state in STATES else "visible"
    found = await visit.api.community.to_moderate(state=state, cursor=query.get("cursor"), limit=PAGE)
    return visit.page(
        "staff/comments.html",
        status=status,
        found=found,
        state=state,
        cursor=query.get("cursor"),
        form=form,
        said=query.get("said"),
    )


async def hide(visit: Visit) -> Response:
    """Take one from view, with a reason that its author reads."""
    form = Form.of(await visit.form())
    if len(form["reason"]) < 3:
        form.errors[f"reason-{form['comment']}"] = visit.gettext("Say why; its author reads it")
        return await _page(visit, form, 422)
    try:
        await visit.api.community.hide(form["comment"], form["reason"])
    except Problem as problem:
        return await _refused(visit, form, problem)
    return visit.to("/staff/comments?said=hidden")


async def restore(visit: Visit) -> Response:
    """Show one again."""
    form = Form.of(await visit.form())
    try:
        await visit.api.community.restore(form["comment"])
    except Problem as problem:
        return await _refused(visit, form, problem)
    return visit.to("/staff/comments?state=hidden&said=restored")


async def thread(visit: Visit) -> Response:
    """End the discussion of an article, or take it up again."""
    form = Form.of(await visit.form())
    closed = form["closed"] == "yes"
    try:
        await visit.api.community.close_thread(form["article"], closed=closed)
    except Problem as problem:
        return await _refused(visit, form, problem)
    return visit.to(f"/staff/comments?said={'closed' if closed else 'opened'}")


async def _refused(visit: Visit, form: Form, problem: Problem) -> Response:
    """Its author took it back meanwhile, or the reason is too long."""
    if problem.status not in {404, 409, 422}:
        raise problem
    form.errors[""] = problem.detail or problem.title
    return await _page(visit, form, problem.status)


ROUTES = [
    get("/staff/comments", member(comments, *STAFF)),
    post("/staff/comments/hide", member(hide, *STAFF)),
    post("/staff/comments/restore", member(restore, *STAFF)),
    post("/staff/comments/threads", member(thread, *STAFF)),
]
