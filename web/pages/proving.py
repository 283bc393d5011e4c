"""What a mail's link leads to, and where its code is typed in."""

from __future__ import annotations

from starlette.responses import Response

from web import beginnings, sessions
from web.api import Problem
from web.beginnings import Beginning
from web.forms import Form
from web.pages.doors import get, post
from web.visit import Visit

TEMPLATE = "log_in/proof.html"


async def ask_for_code(visit: Visit) -> Response:
    """Where one waits for the mail, and where its link leads. The link's token stands in the fragment, which only the
    browser sees; a script offers a button for it, because mail scanners open links too.
    """
    return _page(visit, Form())


def _page(visit: Visit, form: Form, status: int = 200, *, needs_password: bool = False) -> Response:
    beginning = Beginning.of(visit.request.cookies)
    return visit.page(
        TEMPLATE,
        status=status,
        form=form,
        beginning=beginning,
        needs_password=needs_password or beginning.purpose == "password-reset",
        mailbox_url=visit.site.settings.mailbox_url,
        has_token=beginnings.TOKEN in visit.request.cookies,
    )


async def prove(visit: Visit) -> Response:
    """Show the token or the code: newcomers go on to say who they are, members are logged in."""
    form = Form.of(await visit.form())
    code = "".join(character for character in form["code"] if character.isalnum())
    token = form["token"] or (None if code else visit.request.cookies.get(beginnings.TOKEN))
    if not token and not (len(code) == 6 and code.isdigit()):
        form.errors["code"] = visit.gettext("Enter the six digits from the mail")
        return _page(visit, form, 422)
    proof_id = visit.request.path_params["proof_id"]
    password = str((await visit.request.form()).get("password") or "") or None
    try:
        proved = await visit.api.accounts.prove(proof_id, token=token, code=None if token else code, password=password)
    except Problem as problem:
        return _refused(visit, form, problem, token)
    if proved["outcome"] == "profile-needed":
        beginning = Beginning.of(visit.request.cookies)
        Beginning(proved["email"], beginning.to, "join").keep(visit.cookies)
        beginnings.keep_secret(beginnings.TICKET, proved["ticket"], visit.cookies)
        visit.cookies.drop(beginnings.TOKEN)
        return visit.to("/join/who")
    to = Beginning.of(visit.request.cookies).to
    beginnings.forget(visit.cookies)
    sessions.begin(proved["session"], visit.cookies)
    return visit.to(to)


def _refused(visit: Visit, form: Form, problem: Problem, token: str | None) -> Response:
    if problem.slug == "password-missing":
        if token:
            beginnings.keep_secret(beginnings.TOKEN, token, visit.cookies)
        form.errors["password"] = visit.gettext("Enter the new password")
        return _page(visit, form, 422, needs_password=True)
    if problem.slug == "password-weak":
        form.errors["password"] = problem.detail or visit.gettext("Choose a longer password")
        return _page(visit, form, 422, needs_password=True)
    if problem.slug == "code-wrong":
        left = problem.document.get("attempts_left")
        form.errors["code"] = visit.gettext("This is not the code from the mail")
        if isinstance(left, int):
            form.errors["code"] += ". " + visit.ngettext("%(num)s try is left", "%(num)s tries are left", left)
        return _page(visit, form, 422)
    if problem.status in {404, 410, 429}:
        visit.cookies.drop(beginnings.TOKEN)
        return visit.page("log_in/link.html", status=problem.status, problem=problem, wait=problem.retry_after)
    raise problem


ROUTES = [get("/proof/{proof_id}", ask_for_code), post("/proof/{proof_id}", prove)]
