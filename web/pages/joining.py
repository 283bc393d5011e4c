"""Joining, one thing a page: the address, the mail, who one is, what one wants to read."""

from __future__ import annotations

from starlette.responses import Response

from shared.ids import new_id
from web import beginnings, sessions
from web.api import Problem, Unavailable
from web.beginnings import Beginning
from web.forms import Form
from web.pages.doors import get, member, post
from web.places import countries_of, zones_by_continent
from web.safe import safe_path
from web.visit import Visit


async def ask_for_address(visit: Visit) -> Response:
    """The first page: the address."""
    to = safe_path(visit.request.query_params.get("to"))
    if visit.session is not None:
        return visit.to(to)
    return visit.page("join/address.html", form=Form(), to=to, key=new_id())


async def send_mail(visit: Visit) -> Response:
    """Have the mail with the link and the code sent."""
    form = Form.of(await visit.form())
    status = 422
    email = form.require("email", visit.gettext("Enter your e-mail address"))
    if form.is_good:
        try:
            asked = await visit.api.accounts.sign_up(
                email, locale=visit.language, zone=visit.zone, key=form["key"] or new_id()
            )
        except Problem as problem:
            status = refuse_address(visit, form, problem)
        else:
            Beginning(email, safe_path(form["to"]), "join").keep(visit.cookies)
            return visit.to(f"/proof/{asked.proof_id}")
    return visit.page("join/address.html", status=status, form=form, to=safe_path(form["to"]), key=new_id())


def refuse_address(visit: Visit, form: Form, problem: Problem) -> int:
    """Say why no mail goes to an address, and return the page's status; what has nothing to do with it is raised on."""
    if isinstance(problem, Unavailable):
        form.errors[""] = visit.gettext(
            "Joining and logging in do not work at the moment. Reading does; try again in a few minutes"
        )
        return 503
    if problem.status == 429:
        form.errors["email"] = visit.gettext(
            "We have sent several mails to this address. Look for them, or try again in a few minutes"
        )
    elif problem.status == 422:
        form.errors["email"] = visit.gettext("Enter an e-mail address in the right form, like name@ministry.gov")
    else:
        raise problem
    return 422


async def ask_who(visit: Visit) -> Response:
    """The address is proved; now, who is it."""
    if beginnings.TICKET not in visit.request.cookies:
        return visit.to("/join")
    return await _who(visit, Form(), status=200)


async def _who(visit: Visit, form: Form, status: int) -> Response:
    countries = countries_of(await visit.api.content.regions(), visit.language)
    email = Beginning.of(visit.request.cookies).email
    return visit.page("join/who.html", status=status, form=form, countries=countries, email=email, key=new_id())


async def join(visit: Visit) -> Response:
    """The membership begins."""
    form = Form.of(await visit.form())
    ticket = visit.request.cookies.get(beginnings.TICKET)
    if ticket is None:
        return visit.to("/join")
    form.require("name", visit.gettext("Enter your name"))
    form.require("country", visit.gettext("Choose your country"))
    if not form.is_good:
        return await _who(visit, form, status=422)
    profile = {
        "ticket": ticket,
        "name": form["name"],
        "country": form["country"],
        "organisation": form["organisation"] or None,
        "job_title": form["job_title"] or None,
        "locale": visit.language,
        "zone": visit.zone,
    }
    try:
        tokens = await visit.api.accounts.join(profile, form["key"])
    except Problem as problem:
        if problem.status == 422:
            names = ("name", "country", "organisation", "job_title")
            form.refuse(problem, names, visit.gettext("This could not be taken"))
            return await _who(visit, form, status=422)
        if problem.status in {404, 409, 410}:
            return visit.page("join/used.html", status=problem.status, problem=problem)
        raise
    to = Beginning.of(visit.request.cookies).to
    beginnings.forget(visit.cookies)
    sessions.begin(tokens, visit.cookies)
    Beginning(to=to, purpose="join").keep(visit.cookies)
    return visit.to("/join/interests")


async def ask_interests(visit: Visit) -> Response:
    """What one wants to read about, and the clock one goes by."""
    me, _ = await visit.api.accounts.me()
    return await _interests(visit, Form(values={"zone": visit.zone or me.zone}, lists={"topics": me.topics}))


async def _interests(visit: Visit, form: Form, status: int = 200) -> Response:
    me, etag = await visit.api.accounts.me()
    topics = await visit.api.content.topics()
    zones = zones_by_continent(visit.language)
    return visit.page("join/interests.html", status=status, form=form, me=me, etag=etag, topics=topics, zones=zones)


async def choose_interests(visit: Visit) -> Response:
    """Keep them, and go on where one came from."""
    form = Form.of(await visit.form())
    changes = {"topics": form.all("topics"), "zone": form["zone"] or None}
    try:
        await visit.api.accounts.update_me(changes, form["etag"])
    except Problem as problem:
        if problem.status not in {412, 422}:
            raise
        form.refuse(problem, ("topics", "zone"), visit.gettext("This could not be taken; look at it again"))
        return await _interests(visit, form, status=problem.status)
    to = Beginning.of(visit.request.cookies).to
    beginnings.forget(visit.cookies)
    return visit.to(to)


ROUTES = [
    get("/join", ask_for_address),
    post("/join", send_mail),
    get("/join/who", ask_who),
    post("/join/who", join),
    get("/join/interests", member(ask_interests)),
    post("/join/interests", member(choose_interests)),
]
