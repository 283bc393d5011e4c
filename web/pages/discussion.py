"""The discussion under an article: reading it is open to all, writing needs an account, and a draft outlives the way
there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from starlette.responses import Response

from web import drafts
from web.api import Problem, Unavailable
from web.api.shapes.articles import Article
from web.api.shapes.community import Comment
from web.forms import Form
from web.pages.doors import get, member, post
from web.visit import Visit

ORDERS = ("oldest", "newest", "helpful")
PAGE = 20


@dataclass(frozen=True, slots=True)
class Discussion:
    """A page of comments, and the form to write one."""

    slug: str
    article_id: str
    comments: list[Comment]
    next: str | None
    order: str
    answering: Comment | None
    form: Form
    closed: bool = False
    """Whether no more comments are taken."""
    kept: bool = False
    """Whether the form holds a draft from before the reader logged in."""

    @property
    def path(self) -> str:
        """Where the discussion is by itself."""
        return f"/articles/{self.slug}/comments"


async def discussion_of(visit: Visit, slug: str, article_id: str) -> Discussion:
    """The discussion as the address asks for it: ``order``, ``cursor``, and ``reply`` to a comment of the page."""
    query = visit.request.query_params
    order = query.get("order", "oldest")
    page = await visit.api.community.comments(
        article_id, order=order if order in ORDERS else "oldest", cursor=query.get("cursor"), limit=PAGE
    )
    draft = drafts.kept(visit.request.cookies)
    reply = query.get("reply")
    return Discussion(
        slug=slug,
        article_id=article_id,
        comments=page.items,
        next=page.next,
        order=order if order in ORDERS else "oldest",
        answering=next((one for one in page.items if one.id == reply and one.state == "visible"), None),
        form=Form({"body": draft}),
        closed=page.closed,
        kept=bool(draft),
    )


async def comments(visit: Visit) -> Response:
    """The discussion by itself: more of it, in another order, or with a reply begun. No reading of the article."""
    article = await visit.api.content.glimpse(visit.request.path_params["slug"])
    discussion = await visit.if_there(discussion_of(visit, article.slug, article.id))
    if discussion is None:
        return _away(visit, article)
    return visit.page("article/comments.html", part="discussion", article=article, discussion=discussion)


def _away(visit: Visit, article: Article, *, kept: bool = False, draft: str = "") -> Response:
    """The page while community is away: it says so, and what becomes of a reply that could not be taken."""
    shown = {"article": article, "discussion": None, "kept": kept, "draft": draft}
    return visit.page("article/comments.html", part="discussion", status=503, **shown)


async def write(visit: Visit) -> Response:
    """A comment was sent. Without an account it waits in the browser while its author logs in or joins."""
    form = Form.of(await visit.form())
    slug = visit.request.path_params["slug"]
    if visit.session is None:
        if drafts.keep(form["body"], slug, visit.cookies):
            target = f"/articles/{slug}#reply"
            return visit.to(visit.join_to(target) if form["next"] == "join" else visit.log_in_to(target))
        form.errors["body"] = visit.gettext("Shorten your reply, or log in before you write it")
        return await _again(visit, form)
    form.require("body", visit.gettext("Write your reply"))
    if not form.is_good:
        return await _again(visit, form)
    article = await visit.api.content.glimpse(slug)
    try:
        written = await visit.api.community.comment(
            article.id, form["body"], parent_id=form["parent"] or None, key=_key(visit, article.id, form)
        )
    except Unavailable:
        kept = drafts.keep(form["body"], article.slug, visit.cookies)
        return _away(visit, article, kept=kept, draft="" if kept else form["body"])
    except Problem as problem:
        _explain(visit, problem, form)
        return await _again(visit, form)
    drafts.drop(visit.request.cookies, slug, visit.cookies)
    return visit.to(f"/articles/{slug}/comments?order=newest#comment-{written.id}")


def _explain(visit: Visit, problem: Problem, form: Form) -> None:
    said = {
        "thread-closed": visit.gettext("This discussion takes no more comments"),
        "member-suspended": visit.gettext("You may read, but not write at the moment"),
    }
    if problem.status not in {403, 404, 409, 422, 429}:
        raise problem
    if problem.status == 429:
        form.errors["body"] = visit.gettext("You have written a lot in a short time. Try again in some minutes")
    else:
        form.refuse(problem, ("body",), said.get(problem.slug, problem.detail or problem.title))


async def _again(visit: Visit, form: Form) -> Response:
    article = await visit.api.content.glimpse(visit.request.path_params["slug"])
    found = await discussion_of(visit, article.slug, article.id)
    parent = next((one for one in found.comments if one.id == form["parent"]), None)
    shown = replace(found, form=form, kept=False, answering=parent)
    return visit.page("article/comments.html", part="discussion", status=422, article=article, discussion=shown)


def _key(visit: Visit, article_id: str, form: Form) -> str:
    """The same words by the same member in the same place are the same comment, however often they are sent."""
    who = visit.session.member_id if visit.session else ""
    said = "\0".join((who, article_id, form["parent"], form["body"]))
    return hashlib.sha256(said.encode()).hexdigest()


async def helpful(visit: Visit) -> Response:
    """A comment helped."""
    await visit.form()
    slug, comment_id = visit.request.path_params["slug"], visit.request.path_params["comment"]
    await visit.api.community.helpful(comment_id, helpful=True)
    return visit.to(f"/articles/{slug}/comments#comment-{comment_id}")


ROUTES = [
    get("/articles/{slug}/comments", comments),
    post("/articles/{slug}/comments", write),
    post("/articles/{slug}/comments/{comment}/helpful", member(helpful)),
]
