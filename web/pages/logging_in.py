"""Logging in and out."""

from __future__ import annotations

from typing import Literal

from starlette.responses import Response

from shared.ids import new_id
from web import sessions
from web.api import Problem, Unavailable
from web.beginnings import Beginning
from web.forms import Form
from web.pages.doors import get, post
from web.pages.joining import refuse_address
from web.safe import safe_path
from web.visit import Visit

TEMPLATE = "log_in/log_in.html"


async def ask(visit: Visit) -> Response:
    """By a code that is mailed, or by password."""
    to = safe_path(visit.request.query_params.get("to"))
    if visit.session is not None:
        return visit.to(to)
    email = Beginning.of(visit.request.cookies).email
    return visit.page(TEMPLATE, form=Form(values={"email": email}), to=to, key=new_id())


async def log_in(visit: Visit) -> Response:
    """Do as the button says that was pressed."""
    sent = await visit.form()
    form = Form.of(sent)
    to = safe_path(form["to"])
    form.require("email", visit.gettext("Enter your e-mail address"))
    if form["by"] == "password":
        password = str(sent.get("password") or "")
        if not password:
            form.errors["password"] = visit.gettext("Enter your password, or have a code sent")
        elif form.is_good:
            return await _by_password(visit, form, password, to)
    elif form.is_good:
        return await _by_mail(visit, form, "log-in", to)
    return visit.page(TEMPLATE, status=422, form=form, to=to, key=new_id())


async def _by_password(visit: Visit, form: Form, password: str, to: str) -> Response:
    try:
        tokens = await visit.api.accounts.log_in(form["email"], password)
    except Problem as problem:
        status = 422
        if problem.status in {401, 422}:
            form.errors["password"] = visit.gettext("The address and the password do not belong together")
        elif problem.status == 429:
            form.errors["password"] = visit.gettext(
                "Too many tries. Wait a few minutes, or have a code sent, which works at once"
            )
        else:
            status = refuse_address(visit, form, problem)
        return visit.page(TEMPLATE, status=status, form=form, to=to, key=new_id())
    sessions.begin(tokens, visit.cookies)
    return visit.to(to)


async def _by_mail(visit: Visit, form: Form, purpose: Literal["log-in", "password-reset"], to: str) -> Response:
    try:
        asked = await visit.api.accounts.ask_for_proof(
            form["email"], purpose, locale=visit.language, key=form["key"] or new_id()
        )
    except Problem as problem:
        status = refuse_address(visit, form, problem)
        template = TEMPLATE if purpose == "log-in" else "log_in/forgotten.html"
        return visit.page(template, status=status, form=form, to=to, key=new_id())
    Beginning(form["email"], to, purpose).keep(visit.cookies)
    return visit.to(f"/proof/{asked.proof_id}")


async def forgotten(visit: Visit) -> Response:
    """A new password, by mail."""
    email = Beginning.of(visit.request.cookies).email
    return visit.page("log_in/forgotten.html", form=Form(values={"email": email}), to="/", key=new_id())


async def send_reset(visit: Visit) -> Response:
    """Have that mail sent."""
    form = Form.of(await visit.form())
    form.require("email", visit.gettext("Enter your e-mail address"))
    if form.is_good:
        return await _by_mail(visit, form, "password-reset", "/account")
    return visit.page("log_in/forgotten.html", status=422, form=form, to="/", key=new_id())


async def log_out(visit: Visit) -> Response:
    """End this session here and at accounts. While accounts is away it ends here, and there when it runs out."""
    await visit.form()
    if visit.session is not None:
        try:
            await visit.api.accounts.end_session("current")
        except Unavailable:
            pass
        except Problem as problem:
            if problem.status not in {401, 404}:
                raise
    sessions.end(visit.cookies)
    return visit.to("/")


ROUTES = [
    get("/log-in", ask),
    post("/log-in", log_in),
    get("/log-in/forgotten", forgotten),
    post("/log-in/forgotten", send_reset),
    post("/log-out", log_out),
]
