"""The member's own account: who they are, where they are logged in, their password."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from web import sessions
from web.api import Problem
from web.forms import Form
from web.pages.doors import get, member, post
from web.places import countries_of, zones_by_continent
from web.visit import Visit

PROFILE = ("name", "country", "organisation", "job_title", "zone")


async def account(visit: Visit) -> Response:
    """All of it on one page."""
    return await _page(visit, Form())


async def _page(visit: Visit, form: Form, status: int = 200) -> Response:
    (me, etag), where, regions, topics, registrations = await asyncio.gather(
        visit.api.accounts.me(),
        visit.api.accounts.sessions(),
        visit.if_there(visit.api.content.regions()),
        visit.if_there(visit.api.content.topics()),
        visit.if_there(visit.api.content.registrations(zone=visit.zone, limit=20)),
    )
    countries = countries_of(regions, visit.language) if regions else [(me.country or "", me.country or "")]
    return visit.page(
        "account/account.html",
        status=status,
        form=form,
        me=me,
        etag=form["etag"] if status == 422 else etag,
        sessions=where,
        countries=countries,
        topics=topics or [],
        zones=zones_by_continent(visit.language),
        registrations=registrations.items if registrations else None,
        saved=visit.request.query_params.get("saved"),
    )


async def save_profile(visit: Visit) -> Response:
    """Change who one is. What was changed elsewhere meanwhile is not written over."""
    form = Form.of(await visit.form())
    form.require("name", visit.gettext("Enter your name"))
    if not form.is_good:
        return await _page(visit, form, 422)
    changes = {name: form[name] or None for name in PROFILE} | {"topics": form.all("topics")}
    try:
        await visit.api.accounts.update_me(changes, form["etag"])
    except Problem as problem:
        if problem.status == 412:
            form.errors[""] = visit.gettext(
                "Your account was changed elsewhere in the meantime. This is how it stands now; change it again"
            )
            return await _page(visit, Form(errors=form.errors), 412)
        if problem.status != 422:
            raise
        form.refuse(problem, (*PROFILE, "topics"), visit.gettext("This could not be taken"))
        return await _page(visit, form, 422)
    return visit.to("/account?saved=profile")


async def set_password(visit: Visit) -> Response:
    """Set a password, or another one."""
    sent = await visit.form()
    form = Form.of(sent)
    password, present = str(sent.get("password") or ""), str(sent.get("present_password") or "") or None
    if not password:
        form.errors["password"] = visit.gettext("Enter the new password")
        return await _page(visit, form, 422)
    try:
        await visit.api.accounts.change_password(password, present)
    except Problem as problem:
        if problem.slug == "password-wrong":
            form.errors["present_password"] = visit.gettext("This is not your present password")
        elif problem.status == 422:
            form.errors["password"] = problem.detail
        elif problem.status == 429:
            form.errors["present_password"] = visit.gettext("Too many tries. Wait a few minutes")
        else:
            raise
        return await _page(visit, form, 422)
    return visit.to("/account?saved=password")


async def end_session(visit: Visit) -> Response:
    """End one session, or all of them."""
    form = Form.of(await visit.form())
    if form["session"] == "all":
        await visit.api.accounts.end_all_sessions()
        sessions.end(visit.cookies)
        return visit.to("/")
    try:
        await visit.api.accounts.end_session(form["session"])
    except Problem as problem:
        if problem.status != 404:  # It has ended by itself, which is what was asked for.
            raise
    return visit.to("/account?saved=session#sessions")


ROUTES = [
    get("/account", member(account)),
    post("/account", member(save_profile)),
    post("/account/password", member(set_password)),
    post("/account/sessions", member(end_session)),
]
