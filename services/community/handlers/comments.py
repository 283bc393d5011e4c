"""What members do with comments."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import NamedTuple

from pymongo.errors import DuplicateKeyError

from services.community import model
from services.community.deps import Deps
from services.community.errors import (
    ArticleUnknown,
    CommentEmpty,
    ParentNotFound,
    Suspended,
    ThreadClosed,
    TooManyComments,
)
from services.community.markdown import to_html
from services.community.model import Comment
from services.community.store.neighbours import Person

RATE_WINDOW = timedelta(minutes=10)


class Posted(NamedTuple):
    """A comment and who wrote it, as far as they are known."""

    comment: Comment
    author: Person | None


async def post_comment(
    deps: Deps, *, id: str, article_id: str, author_id: str, parent_id: str | None, body: str
) -> Posted:
    """Write a comment. The same ``id`` again returns what the first call made."""
    at = deps.clock.now()
    author, article = await asyncio.gather(may_write(deps, author_id), deps.neighbours.article(article_id))
    if article is None:
        raise ArticleUnknown("Comments belong to a published article; give its id.")
    if article.closed:
        raise ThreadClosed("It can still be read.")
    parent = await deps.comments.find(parent_id) if parent_id else None
    if parent_id and parent is None:
        raise ParentNotFound("It may have been taken away; reply to another, or to none.")
    html = html_of(body)
    await _not_too_many(deps, author_id)
    comment, events = model.post(
        id=id, article_id=article_id, author_id=author_id, parent=parent, body=body, html=html, at=at
    )
    try:
        await deps.comments.add(comment, events, at=at)
    except DuplicateKeyError:
        return Posted(await deps.comments.load(id), author)
    return Posted(comment, author)


async def edit_comment(deps: Deps, *, id: str, by: str, body: str, version: int) -> Comment:
    """Change the words of one's own comment, within the window and if nobody changed it meanwhile."""
    await may_write(deps, by)
    comment = await deps.comments.load(id)
    changed = model.edit(
        comment.model_copy(update={"version": version}),
        by=by,
        body=body,
        html=html_of(body),
        at=deps.clock.now(),
        window=timedelta(minutes=deps.settings.edit_minutes),
    )
    return await deps.comments.save(changed)


async def erase_comment(deps: Deps, *, id: str, by: str) -> None:
    """Take one's own comment back; its place in the thread stays."""
    at = deps.clock.now()
    await deps.comments.change(id, lambda comment: model.erase(comment, by=by, at=at), at=at)


async def hide_comment(deps: Deps, *, id: str, by: str, reason: str) -> Comment:
    """Take a comment from view."""
    at = deps.clock.now()
    return await deps.comments.change(id, lambda comment: model.hide(comment, by=by, reason=reason, at=at), at=at)


async def restore_comment(deps: Deps, *, id: str, by: str) -> Comment:
    """Show a hidden comment again."""
    return await deps.comments.change(id, lambda comment: model.restore(comment, by=by), at=deps.clock.now())


async def mark_helpful(deps: Deps, *, id: str, by: str, helpful: bool) -> Comment:
    """Say, or no longer say, that a comment helped."""
    return await deps.comments.change(id, lambda c: (model.mark_helpful(c, by=by, helpful=helpful), []))


async def read_comment(deps: Deps, *, id: str) -> Comment:
    """One comment, as its permalink shows it; an erased one without replies to it is a place like any other."""
    return await deps.comments.load(id)


async def close_thread(deps: Deps, *, article_id: str, closed: bool) -> None:
    """End, or take up again, the discussion of an article."""
    if not await deps.neighbours.close_thread(article_id, closed=closed):
        raise ArticleUnknown("There is no published article with this id.")
    deps.pages.forget(article_id)


async def may_write(deps: Deps, member_id: str) -> Person | None:
    """Refuse a suspended member. Asks nobody but our own projection, so that it holds while accounts is down."""
    person, until = await deps.neighbours.author(member_id)
    if until and until > deps.clock.now():
        raise Suspended("You can read, but not write, until then.", until=until)
    return person


async def _not_too_many(deps: Deps, member_id: str) -> None:
    count, seconds = await deps.rates.count("comments", member_id, RATE_WINDOW, deps.clock.now())
    if count > deps.settings.comments_per_window:
        raise TooManyComments(
            f"{deps.settings.comments_per_window} in ten minutes are the most.", headers={"Retry-After": str(seconds)}
        )


def html_of(body: str) -> str:
    """The comment as it is shown; raises :class:`CommentEmpty` where nothing of it would be."""
    html = to_html(body)
    if not html:
        raise CommentEmpty("Write something in words.")
    return html
