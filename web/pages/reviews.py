"""The review of members whose address is not on the list of governments: a person looks at where they work, once."""

from __future__ import annotations

from starlette.responses import Response

from web.api import Problem
from web.forms import Form
from web.pages.doors import get, member, post
from web.visit import Visit

STAFF = ("admin", "community_manager")
OUTCOMES = ("official", "member", "declined")


async def reviews(visit: Visit) -> Response:
    """Who waits, the longest waiting first."""
    return await _page(visit, Form())


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    found = await visit.api.accounts.reviews(visit.request.query_params.get("cursor"))
    said = visit.request.query_params.get("said")
    return visit.page("staff/reviews.html", status=status, found=found, form=form, said=said)


async def decide(visit: Visit) -> Response:
    """Decide one, with a reason that the member reads."""
    form = Form.of(await visit.form())
    if form["outcome"] not in OUTCOMES:
        form.errors[""] = visit.gettext("Choose what to decide")
    if len(form["reason"]) < 3:
        form.errors[f"reason-{form['member']}"] = visit.gettext("Say why; the member reads it")
    if form.is_good:
        try:
            await visit.api.accounts.decide(form["member"], form["outcome"], form["reason"])
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            form.errors[""] = problem.detail or problem.title
        else:
            return visit.to("/staff/reviews?said=decided")
    return await _page(visit, form, 422)


ROUTES = [
    get("/staff/reviews", member(reviews, *STAFF)),
    post("/staff/reviews", member(decide, *STAFF)),
]
